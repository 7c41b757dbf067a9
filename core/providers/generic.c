/* Any HTTP service that answers JSON or CSV, described by provider.spec:
 *
 *   url       path and query after base_url; {symbol} {from} {to} {interval}
 *             {key} are put in, percent-encoded
 *   range     how {from} and {to} are written: day (default), iso, s, ms
 *   intervals {"86400": "daily"}: what {interval} is; default the seconds
 *   headers   {"X-Key": "{key}"}: request headers, same places
 *   format    json (default) or csv
 *   rows      JSON: pointer to the rows, an array or an object whose member
 *             names are the times; default "" is the whole body. {symbol} may
 *             stand in it
 *   fields    where a row has ts, open, high, low, close, volume; or ts and
 *             value. A name, a position from 0, a pointer ("/price/usd"), or
 *             "$key" for the member name of the row itself
 *   time      how ts is written: day (default), iso, s, ms, us
 *   order     asc (default) or desc
 *   symbol    JSON: pointer to the symbol that is answered for, to be checked
 *   error     JSON: pointer to what is there only when something went wrong
 *   absent    ["."]: texts of a value that say "no value on this day"
 *   max_rows  rows of a full page; the next page starts after its newest row
 *   header    CSV: whether the first line names the columns; default true
 *
 * A pointer is a JSON Pointer: "/a/0/b", with ~1 for a slash and ~0 for ~.
 *
 * source  RFC 6901 (JSON Pointer), RFC 4180 (CSV)
 */
#include "core/providers/answer.h"
#include "lib/csv.h"
#include "lib/date.h"
#include "lib/http.h"
#include "lib/number.h"
#include "lib/utf8.h"

#include <math.h>
#include <string.h>

static const char *
spec_text(struct json spec, const char *name, const char *otherwise)
{
    const char *text = json_str(json_get(spec, name));
    return text != NULL ? text : otherwise;
}

static const char *
time_text(struct arena *a, const char *format, int64_t ts)
{
    if (strcmp(format, "iso") == 0)
        return date_format_iso(a, ts);
    if (strcmp(format, "s") == 0)
        return arena_printf(a, "%lld", (long long)ts);
    if (strcmp(format, "ms") == 0)
        return arena_printf(a, "%lld000", (long long)ts);
    return date_format_day(a, ts);
}

static const char *
interval_text(struct arena *a, const struct provider_request *request)
{
    const char *seconds = arena_printf(a, "%d", request->interval_s);
    return spec_text(json_get(request->spec, "intervals"), seconds, seconds);
}

/* What stands for {name}; NULL when there is no such place or value. */
static const char *
place(struct arena *a, const struct provider_request *request, const char *name)
{
    const char *range = spec_text(request->spec, "range", "day");
    if (strcmp(name, "symbol") == 0)
        return request->symbol != NULL ? request->symbol : "";
    if (strcmp(name, "from") == 0)
        return time_text(a, range, request->all_history ? 0 : request->from_ts);
    if (strcmp(name, "to") == 0)
        return time_text(a, range, request->to_ts);
    if (strcmp(name, "interval") == 0)
        return interval_text(a, request);
    return strcmp(name, "key") == 0 ? request->key : NULL;
}

/* The template with its places filled, percent-encoded where `encode`. False
 * and *missing when a place has no value. */
static bool
fill(struct arena *a, const struct provider_request *request,
     const char *template, bool encode, bool with_key, struct buf *out,
     const char **missing)
{
    while (*template != '\0') {
        const char *close = *template == '{' ? strchr(template, '}') : NULL;
        if (close == NULL) {
            buf_addc(out, *template ++);
            continue;
        }
        const char *name =
            arena_strndup(a, template + 1, (size_t)(close - template - 1));
        const char *value = place(a, request, name);
        if (value == NULL) {
            *missing = name;
            return false;
        }
        if (strcmp(name, "key") == 0 && !with_key)
            value = "***";
        else if (encode)
            value = http_escape(a, value);
        buf_adds(out, value);
        template = close + 1;
    }
    return true;
}

static bool
generic_url(struct arena *a, const struct provider_request *request,
            struct buf *url, struct buf *log_url, struct err *err)
{
    const char *template = spec_text(request->spec, "url", "");
    const char *missing = "";
    if (template[0] != '/')
        return err_set(err, ERR_INPUT,
                       "the provider's spec needs a url that starts with /");
    buf_adds(url, request->base_url);
    buf_adds(log_url, request->base_url);
    if (fill(a, request, template, true, true, url, &missing) &&
        fill(a, request, template, true, false, log_url, &missing))
        return true;
    if (strcmp(missing, "key") == 0)
        return err_set(err, ERR_INPUT, "the url needs a key, and none is set");
    return err_set(err, ERR_INPUT, "the url has an unknown place {%s}",
                   missing);
}

/* A header that would end its line early is left out: it comes from a spec
 * that a keeper wrote, but a symbol may stand in it. */
static const char *const *
generic_headers(struct arena *a, const struct provider_request *request)
{
    struct json headers = json_get(request->spec, "headers");
    const char **lines = arena_array(a, json_count(headers) + 1, sizeof *lines);
    size_t n = 0;
    for (struct json_iter it = json_iter(headers); json_next(&it);) {
        const char *template = json_str(it.value);
        const char *missing;
        struct buf *line = buf_new(a);
        if (it.key == NULL || template == NULL)
            continue;
        buf_addf(line, "%s: ", it.key);
        if (fill(a, request, template, false, true, line, &missing) &&
            strpbrk(line->data, "\r\n") == NULL)
            lines[n++] = line->data;
    }
    return lines;
}

/* The value that a JSON Pointer names below v. */
static struct json
at_pointer(struct arena *a, const struct provider_request *request,
           struct json v, const char *pointer)
{
    while (*pointer == '/') {
        struct buf *name = buf_new(a), *filled = buf_new(a);
        const char *missing;
        for (pointer++; *pointer != '\0' && *pointer != '/'; pointer++) {
            if (pointer[0] == '~' && (pointer[1] == '0' || pointer[1] == '1'))
                buf_addc(name, *++pointer == '1' ? '/' : '~');
            else
                buf_addc(name, *pointer);
        }
        int64_t i;
        if (json_type(v) == JSON_ARRAY &&
            number_parse_i64(name->data, name->len, &i) && i >= 0)
            v = json_at(v, (size_t)i);
        else if (fill(a, request, name->data, false, false, filled, &missing))
            v = json_get(v, filled->data);
        else
            v = json_get(v, name->data);
    }
    return v;
}

/* A field of a row: JSON, or text (CSV, member names); neither: absent. */
struct cell {
    struct json json;
    const char *text;
    size_t len; /* of text */
};

static struct cell
text_cell(const char *text)
{
    return (struct cell){.text = text, .len = text != NULL ? strlen(text) : 0};
}

static const char *
quoted(struct arena *a, struct cell cell)
{
    return arena_printf(a, "\"%.*s\"", (int)(cell.len < 60 ? cell.len : 60),
                        cell.text);
}

static void
read_number(struct arena *a, struct series_row *row, const char *field,
            struct cell cell, double *out)
{
    if (cell.text == NULL)
        answer_number(a, row, field, cell.json, out);
    else if (cell.len > 0 && !number_parse_f64(cell.text, cell.len, out))
        answer_bad(a, row, field, quoted(a, cell));
}

static bool
parse_time(const char *format, const char *text, size_t len, int64_t *ts)
{
    if (strcmp(format, "day") == 0)
        return date_parse_day(text, len, ts);
    if (strcmp(format, "iso") == 0)
        return date_parse_iso(text, len, ts);
    int64_t per_second = strcmp(format, "ms") == 0   ? 1000
                         : strcmp(format, "us") == 0 ? 1000000
                                                     : 1;
    int64_t n;
    if (!number_parse_i64(text, len, &n))
        return false;
    n = n / per_second - (n % per_second < 0);
    if (n < ANSWER_TS_MIN || n > ANSWER_TS_MAX)
        return false;
    *ts = n;
    return true;
}

static void
read_time(struct arena *a, struct series_row *row, const char *format,
          struct cell cell)
{
    struct cell text = cell;
    if (cell.text == NULL)
        text = text_cell(json_type(cell.json) == JSON_NUMBER
                             ? json_text(a, cell.json, 40)
                             : json_str(cell.json));
    if (text.text == NULL && json_type(cell.json) > JSON_NULL)
        answer_bad(a, row, "time", json_text(a, cell.json, 60));
    else if (text.len > 0 && !parse_time(format, text.text, text.len, &row->ts))
        answer_bad(a, row, "time", quoted(a, text));
}

/* One row being read: a JSON value with the member name it had, or the
 * fields of a CSV line with the names of its columns. */
struct row_source {
    struct json json;
    const char *key;
    bool is_csv;
    struct csv_row row;
    const char *const *names;
    size_t n_names;
};

static struct cell
csv_cell(const struct row_source *source, struct json where)
{
    int64_t i = -1;
    const char *name = json_str(where);
    struct cell absent = {.text = ""};
    for (size_t k = 0; name != NULL && k < source->n_names; k++)
        if (strcmp(source->names[k], name) == 0)
            i = (int64_t)k;
    if (name == NULL && !json_i64(where, &i))
        return absent;
    if (i < 0 || (uint64_t)i >= source->row.n)
        return absent;
    return (struct cell){.text = source->row.fields[i].text,
                         .len = source->row.fields[i].len};
}

static struct cell
cell_of(struct arena *a, const struct provider_request *request,
        const struct row_source *source, const char *field)
{
    struct json where = json_get(json_get(request->spec, "fields"), field);
    const char *name = json_str(where);
    int64_t i;
    struct cell cell = {.text = NULL};
    if (source->is_csv)
        return csv_cell(source, where);
    if (name != NULL && strcmp(name, "$key") == 0)
        cell = text_cell(source->key);
    else if (name != NULL && name[0] == '/')
        cell.json = at_pointer(a, request, source->json, name);
    else if (name != NULL)
        cell.json = json_get(source->json, name);
    else if (json_i64(where, &i) && i >= 0)
        cell.json = json_at(source->json, (size_t)i);
    return cell;
}

/* True when the value is one of the publisher's marks for "no value". */
static bool
is_marked_absent(struct json marks, struct cell cell)
{
    struct cell text =
        cell.text != NULL ? cell : text_cell(json_str(cell.json));
    for (struct json_iter it = json_iter(marks);
         text.text != NULL && json_next(&it);) {
        const char *mark = json_str(it.value);
        if (mark != NULL && strlen(mark) == text.len &&
            memcmp(mark, text.text, text.len) == 0)
            return true;
    }
    return false;
}

static const char *
raw_of(struct arena *a, const struct row_source *source)
{
    if (!source->is_csv && source->key == NULL)
        return json_text(a, source->json, ANSWER_RAW_MAX);
    if (!source->is_csv)
        return arena_printf(a, "\"%.40s\": %s", source->key,
                            json_text(a, source->json, ANSWER_RAW_MAX - 44));
    size_t len = source->row.raw_len;
    if (len > ANSWER_RAW_MAX)
        len = ANSWER_RAW_MAX;
    return utf8_clean(a, arena_strndup(a, source->row.raw, len),
                      ANSWER_RAW_MAX);
}

static void
read_row(struct arena *a, const struct provider_request *request,
         const struct row_source *source, struct provider_answer *answer)
{
    struct json spec = request->spec;
    bool scalar =
        json_type(json_get(json_get(spec, "fields"), "value")) != JSON_NONE;
    struct cell close = cell_of(a, request, source, scalar ? "value" : "close");
    if (is_marked_absent(json_get(spec, "absent"), close)) {
        answer->n_absent++;
        return;
    }
    struct series_row *row = series_add(a, answer->series);
    read_time(a, row, spec_text(spec, "time", "day"),
              cell_of(a, request, source, "ts"));
    read_number(a, row, scalar ? "value" : "close", close, &row->close);
    if (scalar) {
        answer_scalar(row);
    } else {
        read_number(a, row, "open", cell_of(a, request, source, "open"),
                    &row->open);
        read_number(a, row, "high", cell_of(a, request, source, "high"),
                    &row->high);
        read_number(a, row, "low", cell_of(a, request, source, "low"),
                    &row->low);
    }
    read_number(a, row, "volume", cell_of(a, request, source, "volume"),
                &row->volume);
    if (row->bad != NULL || row->ts == SERIES_NO_TS ||
        isnan(row->open + row->high + row->low + row->close))
        row->raw = raw_of(a, source);
    else if (!scalar && row->ts + request->interval_s > request->now_ts)
        answer->series->n--; /* not finished yet */
}

static void
read_json_rows(struct arena *a, const struct provider_request *request,
               struct json rows, struct provider_answer *answer)
{
    for (struct json_iter it = json_iter(rows); json_next(&it);) {
        struct row_source source = {.json = it.value, .key = it.key};
        read_row(a, request, &source, answer);
    }
}

static bool
read_json(struct arena *a, const struct provider_request *request, int status,
          const char *body, size_t len, struct provider_answer *answer)
{
    struct json spec = request->spec;
    struct err err = {0};
    struct json root = answer_json(a, body, len, &err);
    if (!answer_accept(a, request, status, root, &err, body, len, answer))
        return false;
    struct json error =
        at_pointer(a, request, root, spec_text(spec, "error", "/\x01"));
    struct json rows =
        at_pointer(a, request, root, spec_text(spec, "rows", ""));
    const char *symbol = json_str(
        at_pointer(a, request, root, spec_text(spec, "symbol", "/\x01")));
    bool failed = json_type(error) > JSON_NULL &&
                  (json_type(error) < JSON_STRING || json_count(error) > 0 ||
                   (json_str(error) != NULL && json_str(error)[0] != '\0'));
    if (failed ||
        (json_type(rows) != JSON_ARRAY && json_type(rows) != JSON_OBJECT)) {
        answer_fail_body(a, request, status, root, body, len, answer);
        return false;
    }
    if (symbol != NULL && !answer_is_symbol(request->symbol, symbol)) {
        answer_fail(a, request, answer, FAULT_WRONG_SYMBOL, "answers for %.40s",
                    symbol);
        return false;
    }
    *answer = (struct provider_answer){.series = series_new(a), .text = ""};
    read_json_rows(a, request, rows, answer);
    return true;
}

/* True when every field of the spec that is given by name has its column. */
static bool
csv_has_columns(struct json spec, const struct row_source *source,
                const char **missing)
{
    struct json fields = json_get(spec, "fields");
    for (struct json_iter it = json_iter(fields); json_next(&it);) {
        const char *name = json_str(it.value);
        bool found = name == NULL;
        for (size_t i = 0; !found && i < source->n_names; i++)
            found = strcmp(source->names[i], name) == 0;
        *missing = name;
        if (!found)
            return false;
    }
    return true;
}

/* The first line's names, kept beyond the line. */
static bool
read_names(struct arena *a, struct csv *csv, struct row_source *source,
           struct err *err)
{
    struct csv_row row;
    if (!csv_next(csv, &row, err))
        return false;
    const char **names = arena_array(a, row.n, sizeof *names);
    for (size_t i = 0; i < row.n; i++)
        names[i] = arena_strndup(a, row.fields[i].text, row.fields[i].len);
    source->names = names;
    source->n_names = row.n;
    return true;
}

/* False, with err or missing set, when the text is not the CSV we expect. */
static bool
read_csv_rows(struct arena *a, const struct provider_request *request,
              struct csv *csv, struct provider_answer *answer,
              const char **missing, struct err *err)
{
    struct row_source source = {.is_csv = true};
    bool header = true;
    struct json flag = json_get(request->spec, "header");
    if (json_type(flag) == JSON_BOOL && !json_bool(flag, &header))
        header = true;
    if (header && !read_names(a, csv, &source, err))
        return false;
    if (!csv_has_columns(request->spec, &source, missing))
        return false;
    for (;;) {
        if (!csv_next(csv, &source.row, err))
            return false;
        if (source.row.n == 0)
            return true;
        read_row(a, request, &source, answer);
    }
}

static bool
read_csv(struct arena *a, const struct provider_request *request, int status,
         const char *body, size_t len, struct provider_answer *answer)
{
    struct json root = {0};
    struct err err = {0};
    const char *missing = NULL;
    if (status != 200 || len == 0 || body[0] == '{' || body[0] == '<') {
        if (len == 0 || !json_parse(a, body, len, &root, &err))
            root = (struct json){0};
        answer_fail_body(a, request, status, root, body, len, answer);
        return false;
    }
    struct csv *csv = csv_open_text(a, body, len);
    *answer = (struct provider_answer){.series = series_new(a), .text = ""};
    if (read_csv_rows(a, request, csv, answer, &missing, &err))
        return true;
    answer_fail_body(a, request, status, root, body, len, answer);
    if (answer->fault == FAULT_MALFORMED && missing != NULL)
        answer_fail(a, request, answer, FAULT_MALFORMED,
                    "there is no column \"%.60s\"", missing);
    else if (answer->fault == FAULT_MALFORMED)
        answer_fail(a, request, answer, FAULT_MALFORMED, "%s", err.text);
    return false;
}

static void
reverse(struct series *series)
{
    for (size_t i = 0; i < series->n / 2; i++) {
        struct series_row row = series->rows[i];
        series->rows[i] = series->rows[series->n - 1 - i];
        series->rows[series->n - 1 - i] = row;
    }
}

static void
generic_parse(struct arena *a, const struct provider_request *request,
              int status, const char *body, size_t len,
              struct provider_answer *answer)
{
    bool csv = strcmp(spec_text(request->spec, "format", "json"), "csv") == 0;
    bool read = csv ? read_csv(a, request, status, body, len, answer)
                    : read_json(a, request, status, body, len, answer);
    if (!read)
        return;
    size_t sent = answer->series->n + answer->n_absent;
    int64_t max_rows;
    if (strcmp(spec_text(request->spec, "order", "asc"), "desc") == 0)
        reverse(answer->series);
    if (json_i64(json_get(request->spec, "max_rows"), &max_rows) &&
        max_rows > 0 && sent >= (size_t)max_rows)
        answer->next_from_ts =
            answer_next(request, answer->series,
                        request->interval_s > 0 ? request->interval_s : 1);
}

const struct provider provider_generic = {
    .name = "generic",
    .intervals = {60, 300, 900, 3600, 14400, DAY_S, 0},
    .url = generic_url,
    .headers = generic_headers,
    .parse = generic_parse,
};
