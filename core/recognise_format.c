/* Known formats: core/formats.def against a file's header, or without one
 * against the kinds of its values. */
#include "core/recognise_own.h"

#include "lib/date.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static bool fits_alphavantage(const struct sample *s, const enum role *roles);
static bool fits_yfinance(const struct sample *s, const enum role *roles);
static bool fits_fred(const struct sample *s, const enum role *roles);
static bool fits_eia(const struct sample *s, const enum role *roles);

static const struct format formats[] = {
#define FORMAT(...) {__VA_ARGS__},
#include "core/formats.def"
#undef FORMAT
};

size_t
recognise_format_count(void)
{
    return COUNT_OF(formats);
}

const char *
recognise_format_name(size_t i)
{
    return formats[i].name;
}

const char *
recognise_format_title(size_t i)
{
    return formats[i].title;
}

/* One word of a pattern. */
struct token {
    const char *names; /* "close|value" */
    size_t names_len;
    char role;
    const char *preset; /* behind '='; NULL */
    size_t preset_len;
    bool may_lack, is_many;
};

/* The next word of a pattern; false at the end of its line. */
static bool
next_token(const char **at, struct token *t)
{
    const char *s = *at;
    while (*s == ' ')
        s++;
    if (*s == '\0' || *s == '\n')
        return false;
    size_t len = strcspn(s, " \n"), names = strcspn(s, ":");
    *t = (struct token){.names = s, .names_len = names, .role = s[names + 1]};
    t->may_lack = s[len - 1] == '?';
    t->is_many = names == 2 && s[0] == '*' && s[1] == '*';
    if (s[names + 2] == '=') {
        t->preset = s + names + 3;
        t->preset_len = len - names - 3;
    }
    *at = s + len;
    return true;
}

static enum role
token_role(char c)
{
    static const char letters[] = "tksiohlcva";
    static const enum role roles[] = {
        ROLE_TIME, ROLE_CLOCK, ROLE_SYMBOL, ROLE_ID,     ROLE_OPEN,
        ROLE_HIGH, ROLE_LOW,   ROLE_CLOSE,  ROLE_VOLUME, ROLE_ADJUSTED};
    const char *at = strchr(letters, c);
    return at != NULL ? roles[at - letters] : ROLE_IGNORED;
}

static bool
name_fits(const struct token *t, const char *word)
{
    const char *s = t->names, *end = s + t->names_len;
    while (s < end) {
        const char *stop = memchr(s, '|', (size_t)(end - s));
        size_t len = (size_t)((stop != NULL ? stop : end) - s);
        bool is_start = len > 0 && s[len - 1] == '*';
        if (is_start ? strncmp(s, word, len - 1) == 0
                     : strlen(word) == len && memcmp(s, word, len) == 0)
            return true;
        s += len + 1;
    }
    return false;
}

/* A column whose cells all are what a format without header has there. */
static bool
value_fits(const struct sample *s, const struct token *t, size_t column)
{
    enum cell_time form;
    double share = 0;
    if (t->role == '-' || t->role == 's')
        return true;
    if (t->role == 't' || t->role == 'T')
        return time_form_of(s, column, &form, &share) && share > 0.98 &&
               form >= CELL_TIME_UNIX_S;
    for (size_t i = 0; i < s->n; i++) {
        struct csv_field c = sample_cell(s, i, column);
        size_t digits = strspn(c.text, "0123456789");
        bool is_whole = digits == c.len && c.len > 0;
        bool is_truth =
            strcasecmp(c.text, "true") == 0 || strcasecmp(c.text, "false") == 0;
        if (t->role == 'b' ? !is_truth
            : t->role == 'I' || t->role == 'i'
                ? !is_whole
                : !field_is_number(&c) && !field_is_absent(&c))
            return false;
    }
    return true;
}

struct match {
    const struct work *w;
    enum role *roles;
    const char **presets;
    bool is_bare;
};

/* The rest of a pattern against the columns from `column` on. */
static bool
match_from(struct match *m, const char *pattern, size_t column)
{
    const struct sample *s = &m->w->sample;
    struct token t;
    const char *rest = pattern;
    if (!next_token(&rest, &t))
        return column == s->n_columns;
    if (t.is_many) {
        for (size_t to = column; to <= s->n_columns; to++) {
            if (match_from(m, rest, to)) {
                while (column < to)
                    m->roles[column++] = ROLE_IGNORED;
                return true;
            }
            if (m->is_bare)
                break;
        }
        return false;
    }
    char word[WORD_MAX] = "";
    if (column < s->n_columns && !m->is_bare)
        word_fold(s->columns[column], strlen(s->columns[column]), word);
    if (column < s->n_columns &&
        (m->is_bare ? value_fits(s, &t, column) : name_fits(&t, word)) &&
        match_from(m, rest, column + 1)) {
        m->roles[column] = token_role(t.role);
        m->presets[column] =
            t.preset != NULL ? arena_strndup(m->w->a, t.preset, t.preset_len)
                             : NULL;
        return true;
    }
    return t.may_lack && match_from(m, rest, column);
}

static bool
header_is_cased(const struct sample *s)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        unsigned char c = (unsigned char)s->columns[i][0];
        if (islower(c))
            return false;
    }
    return true;
}

/* Whether open and close lie between low and high in nearly all rows: what
 * tells candles of one order of columns from those of another. */
bool
guess_is_bars(const struct sample *s, const enum role *roles)
{
    int column[FIELD_COUNT] = {-1, -1, -1, -1, -1};
    size_t good = 0, all = 0;
    for (size_t i = 0; i < s->n_columns; i++)
        if (roles[i] >= ROLE_FIELD)
            column[roles[i] - ROLE_FIELD] = (int)i;
    for (int f = FIELD_OPEN; f <= FIELD_CLOSE; f++)
        if (column[f] < 0)
            return false;
    for (size_t i = 0; i < s->n; i++) {
        double v[4];
        bool ok = true;
        for (int f = FIELD_OPEN; f <= FIELD_CLOSE; f++) {
            struct csv_field c = sample_cell(s, i, (size_t)column[f]);
            ok &= cell_number(c.text, c.len, '.', &v[f]) == CELL_OK;
        }
        all += ok;
        good += ok && v[FIELD_HIGH] >= fmax(v[FIELD_OPEN], v[FIELD_CLOSE]) &&
                v[FIELD_LOW] <= fmin(v[FIELD_OPEN], v[FIELD_CLOSE]);
    }
    return all > 0 && (double)good >= 0.95 * (double)all;
}

/* The time column's form is one that the format writes. */
static bool
times_fit(const struct format *f, const struct sample *s,
          const enum role *roles)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        enum cell_time form;
        double share;
        if (roles[i] != ROLE_TIME)
            continue;
        if (!time_form_of(s, i, &form, &share))
            return false;
        const char *name = cell_time_name(form);
        bool is_us = form == CELL_TIME_MDY || form == CELL_TIME_DMY;
        return f->times == NULL || strstr(f->times, name) != NULL ||
               (is_us && strstr(f->times, "mdy") != NULL);
    }
    return false;
}

static bool
format_fits(struct work *w, const struct format *f, const char *pattern)
{
    const struct sample *s = &w->sample;
    bool has_names = s->has_header || s->tickers != NULL;
    struct match m = {.w = w,
                      .roles = w->roles,
                      .presets = w->presets,
                      .is_bare = !has_names};
    memset(w->roles, 0, s->n_columns * sizeof *w->roles);
    memset(w->presets, 0, s->n_columns * sizeof *w->presets);
    if (!has_names && !f->is_bare)
        return false;
    if (f->is_json && s->shape == MAPPING_DELIMITED)
        return false;
    if (has_names && f->is_cased && !header_is_cased(s))
        return false;
    if (!match_from(&m, pattern, 0) || !times_fit(f, s, w->roles))
        return false;
    if (!has_names && !f->is_trades && !guess_is_bars(s, w->roles))
        return false;
    return f->fits == NULL || f->fits(s, w->roles);
}

static bool
try_format(struct work *w, const struct format *f)
{
    for (const char *pattern = f->header; pattern != NULL;) {
        if (format_fits(w, f, pattern)) {
            w->format = f;
            return true;
        }
        const char *end = strchr(pattern, '\n');
        pattern = end != NULL ? end + 1 : NULL;
    }
    return false;
}

static bool
unknown_format(const char *name, struct work *w, struct err *err)
{
    struct buf *names = buf_new(w->a);
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        buf_addf(names, "%s%s", i > 0 ? ", " : "", formats[i].name);
    return err_set(err, ERR_INPUT,
                   "there is no format \"%s\"; there are %s, and custom", name,
                   names->data);
}

bool
format_find(struct work *w, struct err *err)
{
    const char *asked = w->answers.format;
    bool is_known = asked == NULL || strcmp(asked, "auto") == 0 ||
                    strcmp(asked, "custom") == 0;
    bool any = asked == NULL || strcmp(asked, "auto") == 0;
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        bool is_it = asked != NULL && strcmp(asked, formats[i].name) == 0;
        is_known |= is_it;
        if ((any || is_it) && try_format(w, &formats[i]))
            return true;
    }
    memset(w->roles, 0, w->sample.n_columns * sizeof *w->roles);
    memset(w->presets, 0, w->sample.n_columns * sizeof *w->presets);
    if (!is_known)
        return unknown_format(asked, w, err);
    if (!any && strcmp(asked, "custom") != 0)
        return err_set(err, ERR_INPUT,
                       "the file is not of the format %s: its columns are %s",
                       asked, column_list(w));
    return true;
}

/* ---- what a header alone does not tell ---- */

static size_t
column_of(const struct sample *s, const enum role *roles, enum role role)
{
    size_t i = 0;
    while (i + 1 < s->n_columns && roles[i] != role)
        i++;
    return i;
}

/* Times of New York, newest first, between 4:00 and 20:00 on weekdays. Other
 * files have this header, too. */
static bool
fits_alphavantage(const struct sample *s, const enum role *roles)
{
    size_t column = column_of(s, roles, ROLE_TIME);
    int64_t before = INT64_MAX;
    for (size_t i = 0; i < s->n; i++) {
        struct csv_field cell = sample_cell(s, i, column);
        struct cell_clock c;
        if (cell_time(cell.text, cell.len, CELL_TIME_ISO, &c) != CELL_OK)
            continue;
        int64_t day = date_day_start(c.local_ts);
        int64_t of_day = c.local_ts - day;
        if (c.has_offset || c.local_ts > before ||
            (c.has_time && of_day != 0 &&
             (of_day < 4 * 3600 || of_day > 20 * 3600 ||
              date_weekday(day / DAY_S) > 4)))
            return false;
        before = c.local_ts;
    }
    return true;
}

/* Columns of several tickers are named by the line below the header. */
static bool
fits_yfinance(const struct sample *s, const enum role *roles)
{
    return roles[column_of(s, roles, ROLE_CLOSE)] == ROLE_CLOSE ||
           s->tickers != NULL;
}

/* DATE or observation_date, and the series' id in capitals. */
static bool
fits_fred(const struct sample *s, const enum role *roles)
{
    (void)roles;
    bool is_old = strcmp(s->columns[0], "DATE") == 0;
    if (!is_old && strcmp(s->columns[0], "observation_date") != 0)
        return false;
    for (const char *c = s->columns[1]; *c != '\0'; c++)
        if (!isupper((unsigned char)*c) && !isdigit((unsigned char)*c) &&
            *c != '_')
            return false;
    return s->columns[1][0] != '\0';
}

/* Date and Price alone, as the agency's series are passed on; or the agency's
 * own file, which says so above the header. */
static bool
fits_eia(const struct sample *s, const enum role *roles)
{
    (void)roles;
    char word[WORD_MAX];
    word_fold(s->columns[1], strlen(s->columns[1]), word);
    return (strcmp(s->columns[0], "Date") == 0 && strcmp(word, "price") == 0) ||
           strcasestr(s->preamble, "eia.gov") != NULL ||
           strcasestr(s->preamble, "sourcekey") != NULL ||
           strcasestr(s->preamble, "back to contents") != NULL;
}
