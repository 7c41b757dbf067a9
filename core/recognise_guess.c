/* What the columns of an unknown file are, from the words of its header and
 * the shape of its values; and how it writes numbers. */
#include "core/recognise_own.h"

#include "core/rowfile_time.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

bool
field_is_absent(const struct csv_field *c)
{
    double ignored;
    return cell_number(c->text, c->len, '.', &ignored) == CELL_ABSENT;
}

bool
field_is_number(const struct csv_field *c)
{
    double ignored;
    return cell_number(c->text, c->len, '.', &ignored) == CELL_OK ||
           cell_number(c->text, c->len, ',', &ignored) == CELL_OK;
}

struct csv_field
sample_cell(const struct sample *s, size_t row, size_t column)
{
    static const struct csv_field none = {.text = "", .len = 0};
    return column < s->rows[row].n ? s->rows[row].cells[column] : none;
}

double
sample_numbers(const struct sample *s, size_t column)
{
    size_t all = 0, good = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct csv_field c = sample_cell(s, i, column);
        bool is_number = field_is_number(&c);
        all += is_number || !field_is_absent(&c);
        good += is_number;
    }
    return all > 0 ? (double)good / (double)all : 0;
}

/* Columns of numbers may have any of these roles. */
static bool
wants_numbers(enum role role)
{
    return role >= ROLE_FIELD || role == ROLE_ADJUSTED;
}

static bool
column_is_clock(const struct sample *s, size_t column)
{
    size_t all = 0, good = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct csv_field c = sample_cell(s, i, column);
        int64_t ignored;
        all += c.len > 0;
        good += c.len > 0 && c.len <= 15 &&
                rowfile_clock_read(c.text, c.len, &ignored);
    }
    return all > 0 && (double)good >= 0.8 * (double)all;
}

/* How sure it is that a column is the time: 0 not at all; a form that says so
 * by itself, a word that says so, both. */
static int
time_strength(const struct work *w, size_t column)
{
    const struct sample *s = &w->sample;
    enum cell_time form;
    double share;
    int strength, value = 0;
    if (!time_form_of(s, column, &form, &share) || share < 0.8)
        return 0;
    bool has_word = word_role(s->columns[column], &strength) == ROLE_TIME &&
                    (s->has_header || s->tickers != NULL);
    value = has_word ? 2 * strength : 0;
    if (form < CELL_TIME_COMPACT || form == CELL_TIME_WORDS)
        return value + 3;
    /* a number is a time only where its name, its place or its size says so */
    if (form >= CELL_TIME_UNIX_MS || column == 0)
        value += 1;
    return value;
}

static void
guess_time(struct work *w)
{
    const struct sample *s = &w->sample;
    int best = 0;
    size_t at = 0;
    for (size_t i = 0; i < s->n_columns; i++) {
        int strength = w->roles[i] == ROLE_UNKNOWN ? time_strength(w, i) : 0;
        if (strength > best) {
            best = strength;
            at = i;
        }
    }
    if (best == 0)
        return;
    w->roles[at] = ROLE_TIME;
    w->is_weak |= best < 3;
    enum cell_time form;
    double share;
    struct cell_clock c;
    if (!time_form_of(s, at, &form, &share) || form >= CELL_TIME_UNIX_S)
        return;
    for (size_t i = 0; i < s->n; i++) {
        struct csv_field cell = sample_cell(s, i, at);
        if (cell_time(cell.text, cell.len, form, &c) == CELL_OK && c.has_time)
            return;
    }
    for (size_t i = 0; i < s->n_columns; i++) {
        int strength;
        if (w->roles[i] == ROLE_UNKNOWN && column_is_clock(s, i) &&
            (word_role(s->columns[i], &strength) == ROLE_TIME ||
             memchr(sample_cell(s, 0, i).text, ':', sample_cell(s, 0, i).len) !=
                 NULL)) {
            w->roles[i] = ROLE_CLOCK;
            return;
        }
    }
}

/* A time of day that only some rows have marks them as no bars of the day. */
static void
guess_flag(struct work *w)
{
    const struct sample *s = &w->sample;
    for (size_t i = 0; i < s->n_columns; i++) {
        size_t absent = 0;
        if (w->roles[i] != ROLE_CLOCK)
            continue;
        for (size_t k = 0; k < s->n; k++) {
            struct csv_field c = sample_cell(s, k, i);
            absent += c.len == 0;
        }
        if (absent > 0 && s->shape == MAPPING_JSON_OBJECTS) {
            w->roles[i] = ROLE_FLAG;
            add_note(w,
                     "rows that have \"%s\" are moments within a day, not "
                     "bars; they are left out",
                     s->columns[i]);
        }
    }
}

/* The best column for each word's role. */
static void
guess_words(struct work *w)
{
    const struct sample *s = &w->sample;
    for (int strength = 2; strength >= 1; strength--)
        for (size_t i = 0; i < s->n_columns; i++) {
            int found;
            enum role role = word_role(s->columns[i], &found);
            bool is_taken = false;
            if (w->roles[i] != ROLE_UNKNOWN || found != strength ||
                role == ROLE_UNKNOWN || role == ROLE_TIME)
                continue;
            /* a plain word is believed as long as there is any number: what
             * else stands there is refused row by row */
            double numbers = wants_numbers(role) ? sample_numbers(s, i) : 1;
            if (numbers == 0 || (strength < 2 && numbers < 0.8))
                continue;
            for (size_t k = 0; k < s->n_columns; k++)
                is_taken |= w->roles[k] == role && role != ROLE_IGNORED;
            if (!is_taken || role == ROLE_ADJUSTED)
                w->roles[i] = role;
            else if (strength == 2 || role != ROLE_CLOSE)
                w->roles[i] = ROLE_IGNORED;
            w->is_weak |= strength == 1 && role >= ROLE_FIELD && !is_taken;
        }
}

static int
column_with(const struct work *w, enum role role)
{
    for (size_t i = 0; i < w->sample.n_columns; i++)
        if (w->roles[i] == role)
            return (int)i;
    return -1;
}

/* A name is a symbol where nothing else is. */
static void
guess_symbol(struct work *w)
{
    const struct sample *s = &w->sample;
    for (size_t i = 0; i < s->n_columns; i++)
        if (w->roles[i] == ROLE_UNKNOWN &&
            strcasecmp(s->columns[i], "name") == 0 &&
            sample_numbers(s, i) == 0 && column_with(w, ROLE_SYMBOL) < 0)
            w->roles[i] = ROLE_SYMBOL;
}

/* "close" says more than "price", whichever comes first. */
static void
prefer_close(struct work *w)
{
    const struct sample *s = &w->sample;
    int taken = column_with(w, ROLE_CLOSE);
    for (size_t i = 0; taken >= 0 && i < s->n_columns; i++) {
        char word[WORD_MAX];
        word_fold(s->columns[i], strlen(s->columns[i]), word);
        if ((int)i != taken && strcmp(word, "close") == 0 &&
            sample_numbers(s, i) >= 0.8) {
            w->roles[taken] = ROLE_IGNORED;
            w->roles[i] = ROLE_CLOSE;
            return;
        }
    }
}

/* Without a header: time, open, high, low, close, volume, if the values bear
 * it out; or a time and one value. */
static void
guess_places(struct work *w)
{
    static const enum role order[] = {ROLE_OPEN, ROLE_HIGH, ROLE_LOW,
                                      ROLE_CLOSE, ROLE_VOLUME};
    const struct sample *s = &w->sample;
    size_t at[COUNT_OF(order)], n = 0;
    for (size_t i = 0; i < s->n_columns && n < COUNT_OF(order); i++)
        if (w->roles[i] == ROLE_UNKNOWN && sample_numbers(s, i) >= 0.8)
            at[n++] = i;
    w->is_weak = true;
    if (n == 1) {
        w->roles[at[0]] = ROLE_CLOSE;
        return;
    }
    if (n < 4)
        return;
    for (size_t i = 0; i < n; i++)
        w->roles[at[i]] = order[i];
    if (guess_is_bars(s, w->roles)) {
        add_why(w, "no header; the values stand in the order of open, high, "
                   "low, close");
        return;
    }
    for (size_t i = 0; i < n; i++)
        w->roles[at[i]] = ROLE_UNKNOWN;
}

bool
sample_is_value(const struct work *w, size_t column)
{
    const struct sample *s = &w->sample;
    if (w->roles[column] != ROLE_UNKNOWN || sample_numbers(s, column) < 0.8)
        return false;
    for (size_t i = 0; i < s->n; i++) {
        struct csv_field c = sample_cell(s, i, column);
        for (size_t k = 0; k < c.len && !field_is_absent(&c); k++)
            if (isalpha((unsigned char)c.text[k]) && (c.text[k] | 0x20) != 'e')
                return false;
    }
    return true;
}

/* A value by one word of its name alone is doubtful beside other numbers. */
static void
doubt_close(struct work *w)
{
    const struct sample *s = &w->sample;
    int close = column_with(w, ROLE_CLOSE), strength = 2;
    if (close < 0 || column_with(w, ROLE_OPEN) >= 0)
        return;
    (void)word_role(s->columns[close], &strength);
    for (size_t i = 0; strength == 1 && i < s->n_columns; i++)
        if (sample_is_value(w, i)) {
            w->roles[close] = ROLE_UNKNOWN;
            w->doubtful = close;
            return;
        }
}

/* The only column of numbers that is left is the value. */
static void
guess_only_value(struct work *w)
{
    const struct sample *s = &w->sample;
    size_t n = 0, at = 0;
    for (size_t i = 0; i < s->n_columns; i++)
        if (sample_is_value(w, i)) {
            n++;
            at = i;
        }
    if (n == 1) {
        w->roles[at] = ROLE_CLOSE;
        w->is_weak = true;
    }
}

/* High and low without open say too little for a bar. */
static void
drop_half_bars(struct work *w)
{
    int n = 0;
    for (enum role r = ROLE_OPEN; r <= ROLE_LOW; r++)
        n += column_with(w, r) >= 0;
    if (n == 0 || n == 3)
        return;
    for (enum role r = ROLE_OPEN; r <= ROLE_LOW; r++) {
        int column = column_with(w, r);
        if (column < 0)
            add_note(w, "there is no %s: only the close is taken",
                     role_name(r));
        else
            w->roles[column] = ROLE_IGNORED;
    }
}

/* Single trades have a price and an amount, and a side or an id. */
static void
guess_trades(struct work *w)
{
    if (column_with(w, ROLE_OPEN) < 0 && column_with(w, ROLE_HIGH) < 0 &&
        column_with(w, ROLE_CLOSE) >= 0 && column_with(w, ROLE_VOLUME) >= 0 &&
        (column_with(w, ROLE_ID) >= 0 || column_with(w, ROLE_SIDE) >= 0)) {
        w->out->mapping.trades = true;
        add_why(w, "single trades, by their price, amount and side");
    }
}

void
guess_roles(struct work *w)
{
    const struct sample *s = &w->sample;
    bool has_names = s->has_header || s->tickers != NULL;
    guess_time(w);
    guess_flag(w);
    if (has_names) {
        guess_words(w);
        guess_symbol(w);
        prefer_close(w);
        doubt_close(w);
    } else {
        guess_places(w);
    }
    guess_trades(w);
    if (!w->out->mapping.trades)
        drop_half_bars(w);
    if (has_names && s->shape != MAPPING_JSON_MAP &&
        column_with(w, ROLE_CLOSE) < 0)
        guess_only_value(w);
}

/* ---- the decimal sign ---- */

struct votes {
    size_t point, comma;           /* cells that can only be read so */
    size_t open_point, open_comma; /* "1.234", "1,234": either way */
    const char *example;           /* of the open ones */
};

/* What one number says: "1.234,5" and "1,25" a comma, "1,234.5" a point. */
static void
vote(struct work *w, const struct csv_field *c, struct votes *v)
{
    const char *last = NULL;
    size_t points = 0, commas = 0, digits = 0, lead = 0;
    for (size_t i = 0; i < c->len; i++) {
        char x = c->text[i];
        points += x == '.';
        commas += x == ',';
        if (x == '.' || x == ',') {
            lead = last == NULL ? digits : lead;
            last = &c->text[i];
            digits = 0;
        } else if (isdigit((unsigned char)x)) {
            digits++;
        }
    }
    if (last == NULL)
        return;
    bool is_point = *last == '.';
    bool one_sign = points == 0 || commas == 0;
    bool is_zero = lead == 1 && last[-1] == '0';
    if (one_sign && points + commas > 1)
        is_point = !is_point; /* a sign that comes twice divides thousands */
    else if (one_sign && digits == 3 && lead <= 3 && lead > 0 && !is_zero) {
        v->open_point += is_point;
        v->open_comma += !is_point;
        if (v->example == NULL)
            v->example = arena_strndup(w->a, c->text, c->len);
        return;
    }
    v->point += is_point;
    v->comma += !is_point;
}

static bool
ask_decimal(struct work *w, const struct votes *v)
{
    struct recognise_question *q = add_question(w, QUESTION_DECIMAL, "decimal");
    q->text = arena_printf(w->a,
                           "Is the sign in \"%.40s\" a decimal sign, or does "
                           "it divide thousands? Which sign is the decimal "
                           "one?",
                           v->example != NULL ? v->example : "1,5 and 1.5");
    q->choices[0] = ".";
    q->choices[1] = ",";
    return true;
}

bool
find_decimal(struct work *w, struct err *err)
{
    const struct sample *s = &w->sample;
    struct mapping *m = &w->out->mapping;
    const char *asked = w->answers.decimal;
    struct votes v = {0};
    m->decimal = '.';
    if (asked != NULL) {
        if (strcmp(asked, ".") != 0 && strcmp(asked, ",") != 0)
            return err_set(err, ERR_INPUT, "decimal \"%s\": expected . or ,",
                           asked);
        m->decimal = asked[0];
        return true;
    }
    if (s->shape != MAPPING_DELIMITED)
        return true;
    for (size_t i = 0; i < s->n_columns; i++)
        for (size_t k = 0; k < s->n && w->roles[i] >= ROLE_FIELD; k++) {
            struct csv_field c = sample_cell(s, k, i);
            if (field_is_number(&c))
                vote(w, &c, &v);
        }
    m->decimal = v.comma > v.point ? ',' : '.';
    if (v.comma > 0 && v.point > 0)
        /* a few stray cells do not outweigh hundreds */
        return v.comma * 20 < v.point || v.point * 20 < v.comma ||
               ask_decimal(w, &v);
    if (v.comma > 0 || v.point > 0)
        return true;
    bool is_clear = v.open_comma == 0 && s->delimiter == ',';
    return (v.open_comma + v.open_point == 0 || is_clear) || ask_decimal(w, &v);
}
