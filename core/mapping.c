#include "core/mapping.h"

#include "core/interval.h"
#include "lib/json.h"
#include "lib/zone.h"

#include <string.h>

static const char *const field_names[FIELD_COUNT] = {"open", "high", "low",
                                                     "close", "volume"};
static const char *const shape_names[] = {"delimited", "json_arrays",
                                          "json_objects", "json_map"};
const char *
mapping_field_name(enum mapping_field field)
{
    return field_names[field];
}

static bool
is_interval(int32_t interval_s)
{
    return strcmp(interval_name(interval_s), "?") != 0;
}

static void
put_column(struct buf *b, const char *key, int column)
{
    json_key(b, key);
    if (column < 0)
        json_put_null(b);
    else
        json_put_i64(b, column);
}

static void
put_text(struct buf *b, const char *key, const char *text)
{
    json_key(b, key);
    json_put_str(b, text);
}

static void
put_texts(struct buf *b, const char *key, const char *const *texts, size_t n)
{
    json_key(b, key);
    json_open(b, '[');
    for (size_t i = 0; i < n; i++)
        json_put_str(b, texts[i]);
    json_close(b, ']');
}

static void
put_series(struct buf *b, const struct mapping *m)
{
    json_key(b, "series");
    json_open(b, '[');
    for (size_t i = 0; i < m->n_series; i++) {
        json_open(b, '{');
        put_text(b, "symbol", m->series[i].symbol);
        put_text(b, "theirs", m->series[i].theirs);
        for (int f = 0; f < FIELD_COUNT; f++)
            put_column(b, field_names[f], m->series[i].column[f]);
        json_close(b, '}');
    }
    json_close(b, ']');
}

const char *
mapping_to_json(struct arena *a, const struct mapping *m)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    put_text(b, "format", m->format);
    put_text(b, "shape", shape_names[m->shape]);
    put_text(b, "delimiter", (char[]){m->delimiter, '\0'});
    put_text(b, "decimal", (char[]){m->decimal, '\0'});
    json_key(b, "skip_lines");
    json_put_i64(b, m->skip_lines);
    json_key(b, "header");
    json_put_bool(b, m->has_header);
    put_text(b, "rows_at", m->rows_at != NULL ? m->rows_at : "");
    put_texts(b, "columns", m->columns, m->n_columns);
    put_column(b, "time", m->time_column);
    put_column(b, "clock", m->clock_column);
    put_text(b, "time_form", cell_time_name(m->time_form));
    put_text(b, "zone", m->zone);
    put_column(b, "symbol", m->symbol_column);
    put_column(b, "flag", m->flag_column);
    json_key(b, "trades");
    json_put_bool(b, m->trades);
    put_column(b, "id", m->id_column);
    put_text(b, "interval",
             is_interval(m->interval_s) ? interval_name(m->interval_s) : NULL);
    put_series(b, m);
    put_texts(b, "left_out", m->left_out, m->n_left_out);
    json_close(b, '}');
    return b->data;
}

/* Reading: the document, and the first mistake in it. */
struct reader {
    struct arena *a;
    struct json doc;
    struct mapping *m;
    struct err *err;
};

static bool
wrong(const struct reader *r, const char *member, const char *expected)
{
    return err_set(r->err, ERR_INPUT, "mapping: %s: expected %s", member,
                   expected);
}

static bool
get_text(const struct reader *r, struct json from, const char *key,
         bool may_lack, const char **out)
{
    struct json v = json_get(from, key);
    const char *text = json_str(v);
    enum json_type type = json_type(v);
    if (text == NULL && !(may_lack && (type == JSON_NONE || type == JSON_NULL)))
        return wrong(r, key, "a text");
    *out = arena_strdup(r->a, text);
    return true;
}

static bool
get_flag(const struct reader *r, const char *key, bool *out)
{
    struct json v = json_get(r->doc, key);
    *out = false;
    return json_type(v) == JSON_NONE || json_bool(v, out) ||
           wrong(r, key, "true or false");
}

static bool
get_column(const struct reader *r, struct json from, const char *key, int *out)
{
    struct json v = json_get(from, key);
    int64_t n;
    *out = -1;
    if (json_type(v) == JSON_NONE || json_type(v) == JSON_NULL)
        return true;
    if (json_type(v) != JSON_NUMBER || !json_i64(v, &n) || n < 0 ||
        n >= (int64_t)r->m->n_columns)
        return wrong(r, key, "a column of the file, or null");
    *out = (int)n;
    return true;
}

/* One of the characters of `set`. */
static bool
get_char(const struct reader *r, const char *key, const char *set, char *out)
{
    const char *text;
    if (!get_text(r, r->doc, key, true, &text))
        return false;
    if (text == NULL) {
        *out = set[0];
        return true;
    }
    if (strlen(text) != 1 || strchr(set, text[0]) == NULL)
        return wrong(r, key, set);
    *out = text[0];
    return true;
}

/* At most 4096 texts; a list that is not there is empty. */
static bool
get_texts(const struct reader *r, const char *key, const char *const **out,
          size_t *n)
{
    struct json list = json_get(r->doc, key);
    size_t at = 0;
    *n = json_count(list);
    if ((json_type(list) != JSON_ARRAY && json_type(list) != JSON_NONE) ||
        *n > MAPPING_COLUMNS_MAX)
        return wrong(r, key, "at most 4096 names");
    const char **names = arena_array(r->a, *n, sizeof *names);
    for (struct json_iter it = json_iter(list); json_next(&it);) {
        if (json_str(it.value) == NULL)
            return wrong(r, key, "texts");
        names[at++] = arena_strdup(r->a, json_str(it.value));
    }
    *out = names;
    return true;
}

static bool
get_columns(const struct reader *r)
{
    struct mapping *m = r->m;
    if (!get_texts(r, "columns", &m->columns, &m->n_columns) ||
        !get_texts(r, "left_out", &m->left_out, &m->n_left_out))
        return false;
    return m->n_columns > 0 || wrong(r, "columns", "names");
}

static bool
get_series(const struct reader *r)
{
    struct json list = json_get(r->doc, "series");
    size_t n = json_count(list), at = 0;
    if (json_type(list) != JSON_ARRAY || n == 0 || n > MAPPING_SERIES_MAX)
        return wrong(r, "series", "1 to 64 series");
    r->m->series = arena_array(r->a, n, sizeof *r->m->series);
    r->m->n_series = n;
    for (struct json_iter it = json_iter(list); json_next(&it); at++) {
        struct mapping_series *s = &r->m->series[at];
        if (!get_text(r, it.value, "symbol", true, &s->symbol) ||
            !get_text(r, it.value, "theirs", true, &s->theirs))
            return false;
        for (int f = 0; f < FIELD_COUNT; f++)
            if (!get_column(r, it.value, field_names[f], &s->column[f]))
                return false;
        if (s->column[FIELD_CLOSE] < 0)
            return wrong(r, "close", "a column");
    }
    return true;
}

static bool
get_shape(const struct reader *r)
{
    const char *text;
    if (!get_text(r, r->doc, "shape", false, &text))
        return false;
    for (size_t i = 0; i < COUNT_OF(shape_names); i++)
        if (strcmp(shape_names[i], text) == 0) {
            r->m->shape = (enum mapping_shape)i;
            return true;
        }
    return wrong(r, "shape",
                 "delimited, json_arrays, json_objects or json_map");
}

static bool
get_time(const struct reader *r)
{
    struct mapping *m = r->m;
    const char *form, *interval;
    if (!get_column(r, r->doc, "time", &m->time_column) ||
        !get_column(r, r->doc, "clock", &m->clock_column) ||
        !get_text(r, r->doc, "time_form", false, &form) ||
        !get_text(r, r->doc, "zone", false, &m->zone) ||
        !get_text(r, r->doc, "interval", true, &interval))
        return false;
    if (m->time_column < 0)
        return wrong(r, "time", "a column");
    if (!cell_time_find(form, &m->time_form))
        return wrong(r, "time_form", "the name of a way to write times");
    if (!zone_is_known(m->zone))
        return wrong(r, "zone", "an IANA zone, as Europe/Berlin");
    return interval == NULL || interval_parse(interval, &m->interval_s) ||
           wrong(r, "interval", INTERVAL_NAMES);
}

bool
mapping_from_json(struct arena *a, const char *text, size_t len,
                  struct mapping *out, struct err *err)
{
    struct mapping m = {0};
    struct reader r = {.a = a, .m = &m, .err = err};
    if (!json_parse(a, text, len, &r.doc, err))
        return err_wrap(err, "mapping");
    if (json_type(r.doc) != JSON_OBJECT)
        return wrong(&r, "top", "an object");
    struct json skip = json_get(r.doc, "skip_lines");
    if (json_type(skip) != JSON_NONE &&
        (!json_i64(skip, &m.skip_lines) || m.skip_lines < 0))
        return wrong(&r, "skip_lines", "0 or more");
    if (!get_text(&r, r.doc, "format", false, &m.format) || !get_shape(&r) ||
        !get_char(&r, "delimiter", ",;\t|", &m.delimiter) ||
        !get_char(&r, "decimal", ".,", &m.decimal) ||
        !get_flag(&r, "header", &m.has_header) ||
        !get_flag(&r, "trades", &m.trades) ||
        !get_text(&r, r.doc, "rows_at", true, &m.rows_at) || !get_columns(&r) ||
        !get_column(&r, r.doc, "symbol", &m.symbol_column) ||
        !get_column(&r, r.doc, "flag", &m.flag_column) ||
        !get_column(&r, r.doc, "id", &m.id_column) || !get_time(&r) ||
        !get_series(&r))
        return false;
    if (m.rows_at == NULL)
        m.rows_at = "";
    if (m.n_series > 1 && m.trades)
        return wrong(&r, "series", "one series of trades");
    *out = m;
    return true;
}

/* One of open, high and low without the others says too little. */
static bool
check_prices(const struct mapping_series *s, struct err *err)
{
    int n = 0;
    for (int f = FIELD_OPEN; f <= FIELD_LOW; f++)
        n += s->column[f] >= 0;
    if (n == 0 || n == 3)
        return true;
    for (int f = FIELD_OPEN; f <= FIELD_LOW; f++)
        if (s->column[f] < 0)
            return err_set(err, ERR_INPUT,
                           "%s has no column; give it one, or leave open, "
                           "high and low out",
                           field_names[f]);
    return true;
}

bool
mapping_check(const struct mapping *m, struct err *err)
{
    if (m->time_column < 0)
        return err_set(err, ERR_INPUT, "no column is the time");
    if (m->n_series == 0)
        return err_set(err, ERR_INPUT, "no column is a price");
    if (!is_interval(m->interval_s))
        return err_set(err, ERR_INPUT, "the interval is open");
    for (size_t i = 0; i < m->n_series; i++) {
        const struct mapping_series *s = &m->series[i];
        if (s->column[FIELD_CLOSE] < 0)
            return err_set(err, ERR_INPUT, "no column is the close");
        if (s->symbol == NULL && s->theirs != NULL)
            return err_set(err, ERR_INPUT, "the instrument of %s is open",
                           s->theirs);
        if (s->symbol == NULL)
            return err_set(err, ERR_INPUT, "the instrument is open");
        if (!m->trades && !check_prices(s, err))
            return false;
        for (size_t k = 0; k < i; k++)
            if (strcmp(m->series[k].symbol, s->symbol) == 0)
                return err_set(err, ERR_INPUT, "two series are %s", s->symbol);
    }
    return true;
}
