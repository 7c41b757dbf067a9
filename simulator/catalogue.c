#include "simulator/catalogue.h"

#include "simulator/table.h"

#include "lib/date.h"
#include "lib/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int32_t
catalogue_interval_s(const char *text)
{
    int64_t n;
    size_t len = strlen(text);
    if (len < 2 || !number_parse_i64(text, len - 1, &n) || n < 1 || n > 60)
        return 0;
    switch (text[len - 1]) {
    case 'm':
        return (int32_t)n * 60;
    case 'h':
        return (int32_t)n * 3600;
    case 'd':
        return (int32_t)n * DAY_S;
    default:
        return 0;
    }
}

struct reader {
    struct arena *a;
    struct table table;
    int provider, symbol, interval, file, format, options;
    const struct zone *utc;
    struct catalogue *out;
};

static bool
find_columns(struct reader *r, struct err *err)
{
    const struct {
        const char *name;
        int *at;
    } columns[] = {{"provider", &r->provider}, {"symbol", &r->symbol},
                   {"interval", &r->interval}, {"file", &r->file},
                   {"format", &r->format},     {"options", &r->options}};
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        *columns[i].at = table_column(&r->table, columns[i].name);
        if (*columns[i].at < 0)
            return err_set(err, ERR_INPUT, "no column \"%s\"", columns[i].name);
    }
    return true;
}

static bool
set_format(struct catalogue_line *line, const char *text, struct err *err)
{
    static const char *const names[] = {[SOURCE_CSV] = "csv",
                                        [SOURCE_JSON_OBJECTS] = "json-objects",
                                        [SOURCE_JSON_ARRAYS] = "json-arrays"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(text, names[i]) == 0) {
            line->source.format = (enum source_format)i;
            return true;
        }
    }
    if (text[0] == '\0' && line->source.path[0] == '\0')
        return true;
    return err_set(err, ERR_INPUT,
                   "format \"%s\" is none of csv, json-objects, json-arrays",
                   text);
}

static bool
set_time_of_day(int32_t *out, const char *text, struct err *err)
{
    int hour, minute, end = 0;
    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &end) != 2 ||
        text[end] != '\0' || hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return err_set(err, ERR_INPUT, "\"%s\" is no time of day as 09:30",
                       text);
    *out = hour * 3600 + minute * 60;
    return true;
}

static bool
set_shape(struct catalogue_line *line, const char *text, struct err *err)
{
    if (strcmp(text, "bars") == 0)
        line->series.shape = ROWS_BARS;
    else if (strcmp(text, "scalar") == 0)
        line->series.shape = ROWS_SCALAR;
    else if (strcmp(text, "treasury") == 0)
        line->series.shape = ROWS_TREASURY;
    else
        return err_set(err, ERR_INPUT,
                       "shape \"%s\" is none of bars, scalar, treasury", text);
    line->source.shape = line->series.shape;
    return true;
}

static bool
set_unit(struct catalogue_line *line, const char *text, struct err *err)
{
    if (strcmp(text, "s") == 0)
        line->source.unit_per_s = 1;
    else if (strcmp(text, "ms") == 0)
        line->source.unit_per_s = 1000;
    else if (strcmp(text, "us") == 0)
        line->source.unit_per_s = 1000000;
    else
        return err_set(err, ERR_INPUT, "unit \"%s\" is none of s, ms, us",
                       text);
    return true;
}

static bool
set_option(struct reader *r, struct catalogue_line *line, const char *key,
           const char *value, struct err *err)
{
    struct market_series *s = &line->series;
    const struct {
        const char *key;
        const char **to;
    } texts[] = {{"title", &s->title},
                 {"type", &s->type},
                 {"exchange", &s->exchange},
                 {"currency", &s->currency},
                 {"units", &s->units},
                 {"asset", &line->asset},
                 {"time", &line->source.time},
                 {"open_column", &line->source.open},
                 {"high", &line->source.high},
                 {"low", &line->source.low},
                 {"close_column", &line->source.close},
                 {"volume", &line->source.volume},
                 {"value", &line->source.value},
                 {"rows", &line->source.rows},
                 {"skip", &line->source.skip}};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (strcmp(texts[i].key, key) == 0) {
            *texts[i].to = value;
            return true;
        }
    }
    if (strcmp(key, "zone") == 0)
        return zone_open(r->a, value, &s->zone, err);
    if (strcmp(key, "open") == 0)
        return set_time_of_day(&s->open_s, value, err);
    if (strcmp(key, "close") == 0)
        return set_time_of_day(&s->close_s, value, err);
    if (strcmp(key, "shape") == 0)
        return set_shape(line, value, err);
    if (strcmp(key, "unit") == 0)
        return set_unit(line, value, err);
    return err_set(err, ERR_INPUT, "no option \"%s\"", key);
}

static bool
set_options(struct reader *r, struct catalogue_line *line, const char *options,
            struct err *err)
{
    char *rest = arena_strdup(r->a, options);
    for (char *one; (one = strsep(&rest, ";")) != NULL;) {
        if (one[0] == '\0')
            continue;
        char *value = strchr(one, '=');
        if (value == NULL)
            return err_set(err, ERR_INPUT, "option \"%s\" has no value", one);
        *value++ = '\0';
        if (!set_option(r, line, one, value, err))
            return false;
    }
    return true;
}

static bool
read_line(struct reader *r, struct err *err)
{
    const char **f = arena_array(r->a, r->table.n_columns, sizeof *f);
    for (size_t i = 0; i < r->table.n_columns; i++)
        f[i] = arena_strdup(r->a, r->table.fields[i]);
    struct catalogue_line *line = &r->out->lines[r->out->n];
    *line = (struct catalogue_line){
        .series = {.provider = f[r->provider],
                   .symbol = f[r->symbol],
                   .shape = ROWS_BARS,
                   .title = f[r->symbol],
                   .type = "EQUITY",
                   .exchange = "",
                   .currency = "USD",
                   .units = "",
                   .zone = r->utc,
                   .close_s = DAY_S,
                   .interval_s = catalogue_interval_s(f[r->interval])},
        .source = {.path = f[r->file], .shape = ROWS_BARS}};
    if (line->series.provider[0] == '\0' || line->series.symbol[0] == '\0')
        return err_set(err, ERR_INPUT, "provider and symbol must not be empty");
    if (line->series.interval_s == 0)
        return err_set(err, ERR_INPUT, "\"%s\" is no interval as 1m, 1h, 1d",
                       f[r->interval]);
    if (!set_format(line, f[r->format], err) ||
        !set_options(r, line, f[r->options], err))
        return false;
    r->out->n++;
    return true;
}

static size_t
count_lines(const char *text)
{
    size_t n = 1;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

bool
catalogue_read(struct arena *a, const char *path, struct catalogue *out,
               struct err *err)
{
    struct reader r = {.a = a, .out = out};
    struct buf *text;
    if (!zone_open(a, "UTC", &r.utc, err) ||
        !table_read_file(a, path, &text, err))
        return false;
    out->n = 0;
    out->lines = arena_array(a, count_lines(text->data), sizeof *out->lines);
    if (!table_begin(a, text, &r.table, err) || !find_columns(&r, err))
        return err_wrap(err, "%s", path);
    for (bool end = false;;) {
        if (!table_next(&r.table, &end, err))
            return err_wrap(err, "%s", path);
        if (end)
            return true;
        if (!read_line(&r, err))
            return err_wrap(err, "%s, line %lld", path,
                            (long long)r.table.line);
    }
}
