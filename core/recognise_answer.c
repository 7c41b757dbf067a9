/* What a person has said already: "field=value", from --map and its kin and
 * from the page's form. */
#include "core/recognise_own.h"

#include "lib/number.h"

#include <string.h>
#include <strings.h>

static const enum role column_roles[] = {
    ROLE_TIME, ROLE_CLOCK, ROLE_SYMBOL, ROLE_ID,    ROLE_FLAG,
    ROLE_OPEN, ROLE_HIGH,  ROLE_LOW,    ROLE_CLOSE, ROLE_VOLUME};

static bool
unknown_field(const char *field, size_t len, struct err *err)
{
    return err_set(err, ERR_INPUT,
                   "there is no field \"%.*s\"; there are time, clock, open, "
                   "high, low, close, volume, symbol, id, flag (columns), "
                   "instrument, interval, format, zone, day_order, decimal, "
                   "delimiter and header",
                   (int)(len < 60 ? len : 60), field);
}

static bool
read_delimiter(struct work *w, const char *value, struct err *err)
{
    static const struct {
        const char *name, *sign;
    } names[] = {{",", ","},     {";", ";"},         {"|", "|"},
                 {"\t", "\t"},   {"tab", "\t"},      {"\\t", "\t"},
                 {"comma", ","}, {"semicolon", ";"}, {"bar", "|"}};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(names[i].name, value) == 0) {
            w->answers.delimiter = names[i].sign;
            return true;
        }
    return err_set(err, ERR_INPUT, "delimiter \"%.20s\": expected , ; | or tab",
                   value);
}

static bool
read_header(struct work *w, const char *value, struct err *err)
{
    bool yes = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
    bool no = strcmp(value, "no") == 0 || strcmp(value, "false") == 0;
    w->answers.header = yes ? "yes" : "no";
    return yes || no ||
           err_set(err, ERR_INPUT, "header \"%.20s\": expected yes or no",
                   value);
}

static bool
read_answer(struct work *w, const char *text, struct err *err)
{
    struct answers *n = &w->answers;
    const struct {
        const char *name, **value;
    } plain[] = {{"format", &n->format},     {"instrument", &n->instrument},
                 {"interval", &n->interval}, {"day_order", &n->day_order},
                 {"decimal", &n->decimal},   {"zone", &n->zone}};
    const char *equals = strchr(text, '=');
    if (equals == NULL)
        return err_set(err, ERR_INPUT,
                       "\"%.60s\": expected field=column or field=value", text);
    size_t len = (size_t)(equals - text);
    const char *value = equals + 1;
    if (strncmp(text, "instrument.", 11) == 0)
        return true; /* found again by the series' own name */
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        if (strlen(plain[i].name) == len &&
            strncmp(plain[i].name, text, len) == 0) {
            *plain[i].value = value[0] != '\0' ? value : *plain[i].value;
            return true;
        }
    for (size_t i = 0; i < COUNT_OF(column_roles); i++)
        if (strlen(role_name(column_roles[i])) == len &&
            strncmp(role_name(column_roles[i]), text, len) == 0) {
            if (value[0] != '\0')
                n->column[column_roles[i]] = value;
            return true;
        }
    if (len == 9 && strncmp(text, "delimiter", len) == 0)
        return value[0] == '\0' || read_delimiter(w, value, err);
    if (len == 6 && strncmp(text, "header", len) == 0)
        return value[0] == '\0' || read_header(w, value, err);
    return unknown_field(text, len, err);
}

bool
answers_read(struct work *w, struct err *err)
{
    w->answers.all = w->in->answers;
    w->answers.n_all = w->in->n_answers;
    for (size_t i = 0; i < w->in->n_answers; i++)
        if (!read_answer(w, w->in->answers[i], err))
            return false;
    return true;
}

/* A column by its name, else by its name without signs and case, else by its
 * number from 1; -1: there is none. */
static int
find_column(const struct sample *s, const char *name)
{
    char wanted[WORD_MAX], word[WORD_MAX];
    int64_t number;
    for (size_t i = 0; i < s->n_columns; i++)
        if (strcmp(s->columns[i], name) == 0)
            return (int)i;
    word_fold(name, strlen(name), wanted);
    for (size_t i = 0; wanted[0] != '\0' && i < s->n_columns; i++) {
        word_fold(s->columns[i], strlen(s->columns[i]), word);
        if (strcmp(word, wanted) == 0)
            return (int)i;
    }
    if (number_parse_i64(name, strlen(name), &number) && number >= 1 &&
        number <= (int64_t)s->n_columns)
        return (int)number - 1;
    return -1;
}

static bool
answer_column(struct work *w, enum role role, const char *name, struct err *err)
{
    const struct sample *s = &w->sample;
    int column = strcmp(name, "-") == 0 ? -1 : find_column(s, name);
    if (column < 0 && strcmp(name, "-") != 0)
        return err_set(err, ERR_INPUT,
                       "%s=%.60s: there is no such column; the columns are %s",
                       role_name(role), name, column_list(w));
    for (size_t i = 0; i < s->n_columns; i++)
        if (w->roles[i] == role && (int)i != column) {
            w->roles[i] = ROLE_IGNORED;
            w->format = NULL;
        }
    if (column < 0 || w->roles[column] == role)
        return true;
    w->roles[column] = role;
    w->format = NULL;
    return true;
}

bool
answers_columns(struct work *w, struct err *err)
{
    bool any_value = false;
    for (size_t i = 0; i < COUNT_OF(column_roles); i++) {
        enum role role = column_roles[i];
        const char *name = w->answers.column[role];
        if (name != NULL && !answer_column(w, role, name, err))
            return false;
        any_value |= name != NULL && role >= ROLE_FIELD;
    }
    if (any_value) {
        memset(w->presets, 0, w->sample.n_columns * sizeof *w->presets);
        w->sample.tickers = NULL;
    }
    return true;
}
