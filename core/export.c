#include "core/export.h"

#include "core/bar.h"
#include "core/instrument.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/number.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FLUSH_BYTES = 64 * 1024,
    ROW_MAX = 512, /* a row is below 300 bytes */
};

static const struct {
    const char *name, *content_type;
} formats[EXPORT_FORMAT_COUNT] = {
    [EXPORT_CSV] = {"csv", "text/csv; charset=utf-8"},
    [EXPORT_JSON] = {"json", "application/json"},
};

/* A day stands for its first second, or its last one. */
static bool
read_time(const char *word, const char *text, bool last_second, int64_t *ts,
          struct err *err)
{
    if (text == NULL || text[0] == '\0')
        return true;
    if (date_parse_day(text, strlen(text), ts)) {
        *ts += last_second ? DAY_S - 1 : 0;
        return true;
    }
    return date_parse_iso(text, strlen(text), ts) ||
           err_set(err, ERR_INPUT,
                   "%s \"%.40s\" is no day (YYYY-MM-DD) and no ISO 8601 time",
                   word, text);
}

static bool
read_range(const struct export_words *words, struct export *out,
           struct err *err)
{
    out->from_ts = date_to_days(1, 1, 1) * DAY_S;
    out->to_ts = date_to_days(9999, 12, 31) * DAY_S + DAY_S - 1;
    if (!read_time("from", words->from, false, &out->from_ts, err) ||
        !read_time("to", words->to, true, &out->to_ts, err))
        return false;
    return out->from_ts <= out->to_ts ||
           err_set(err, ERR_INPUT, "from \"%.40s\" is after to \"%.40s\"",
                   words->from, words->to);
}

static bool
read_format(const char *text, enum export_format *out, struct err *err)
{
    *out = EXPORT_CSV;
    if (text == NULL || text[0] == '\0')
        return true;
    for (int i = 0; i < EXPORT_FORMAT_COUNT; i++)
        if (strcmp(formats[i].name, text) == 0) {
            *out = (enum export_format)i;
            return true;
        }
    return err_set(err, ERR_INPUT, "format \"%.40s\": choose csv or json",
                   text);
}

/* Not all that instrument_get finds out: that takes longer the more loads an
 * instrument has. */
static bool
read_instrument(struct arena *a, struct db *db, const char *symbol,
                struct export *out, struct err *err)
{
    struct instrument ignored;
    struct db_rows *rows;
    if (!db_query(a, db, SQL_export_instrument, DB_ARGS(symbol), &rows, err))
        return err_wrap(err, "find instrument %.40s", symbol);
    if (db_count(rows) == 0) /* fails with a word on which may be meant */
        return instrument_get(a, db, symbol, &ignored, err) &&
               read_instrument(a, db, symbol, out, err);
    out->symbol = db_text(rows, 0, "symbol");
    out->instrument_id = db_i64(rows, 0, "id");
    if (out->interval_s == 0)
        out->interval_s = (int32_t)db_i64(rows, 0, "interval_s");
    return true;
}

bool
export_read(struct arena *a, struct db *db, const struct export_words *words,
            struct export *out, struct err *err)
{
    const char *interval = words->interval;
    *out = (struct export){0};
    if (interval != NULL && interval[0] != '\0' &&
        !interval_parse(interval, &out->interval_s))
        return err_set(err, ERR_INPUT,
                       "interval \"%.40s\": choose " INTERVAL_NAMES, interval);
    return read_range(words, out, err) &&
           read_format(words->format, &out->format, err) &&
           read_instrument(a, db, words->symbol, out, err);
}

/* An export under way: text that is not handed out yet. */
struct writer {
    export_write_fn *write;
    void *arg;
    char *text;
    size_t len;
    int64_t *n_rows;
    const char *symbol;
    size_t symbol_len;
    int64_t day_ts; /* the day that `day` holds */
    char day[10];   /* YYYY-MM-DD */
    uint64_t last;  /* bits of what is in `number`; prices repeat */
    char number[NUMBER_TEXT_MAX];
    size_t number_len;
};

static bool
flush(struct writer *w, struct err *err)
{
    size_t len = w->len;
    w->len = 0;
    return len == 0 || w->write(w->arg, w->text, len, err);
}

static void
put(struct writer *w, const char *text, size_t len)
{
    memcpy(w->text + w->len, text, len);
    w->len += len;
}

static void
put_text(struct writer *w, const char *text)
{
    put(w, text, strlen(text));
}

static char *
two_digits(char *to, int v)
{
    to[0] = (char)('0' + v / 10);
    to[1] = (char)('0' + v % 10);
    return to + 2;
}

static void
day_set(struct writer *w, int64_t day_ts)
{
    struct date d = date_from_days(day_ts / DAY_S);
    char *to = two_digits(two_digits(w->day, d.year / 100), d.year % 100);
    *to++ = '-';
    to = two_digits(to, d.month);
    *to++ = '-';
    two_digits(to, d.day);
    w->day_ts = day_ts;
}

/* YYYY-MM-DDTHH:MM:SSZ; the date is made once a day. */
static void
put_time(struct writer *w, int64_t ts)
{
    if (ts < w->day_ts || ts - w->day_ts >= DAY_S)
        day_set(w, date_day_start(ts));
    int s = (int)(ts - w->day_ts);
    put(w, w->day, sizeof w->day);
    char *to = w->text + w->len;
    *to++ = 'T';
    to = two_digits(to, s / 3600);
    *to++ = ':';
    to = two_digits(to, s / 60 % 60);
    *to++ = ':';
    to = two_digits(to, s % 60);
    *to = 'Z';
    w->len += 10;
}

static void
put_number(struct writer *w, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (bits != w->last) {
        w->last = bits;
        w->number_len = number_format_f64(w->number, v);
    }
    put(w, w->number, w->number_len);
}

static bool
csv_row(void *arg, const struct series_row *row, struct err *err)
{
    struct writer *w = arg;
    put(w, w->symbol, w->symbol_len);
    w->text[w->len++] = ',';
    put_time(w, row->ts);
    const double prices[] = {row->open, row->high, row->low, row->close};
    for (size_t i = 0; i < COUNT_OF(prices); i++) {
        w->text[w->len++] = ',';
        put_number(w, prices[i]);
    }
    w->text[w->len++] = ',';
    if (!isnan(row->volume))
        put_number(w, row->volume);
    w->text[w->len++] = '\n';
    ++*w->n_rows;
    return w->len < FLUSH_BYTES - ROW_MAX || flush(w, err);
}

static void
json_number(struct writer *w, const char *key, double v)
{
    put_text(w, key);
    if (!isfinite(v))
        put_text(w, "null");
    else if (v == 0 && signbit(v))
        put_text(w, "-0.0"); /* "-0" would be the whole number 0 to some */
    else
        put_number(w, v);
}

static bool
json_row(void *arg, const struct series_row *row, struct err *err)
{
    struct writer *w = arg;
    put_text(w, *w->n_rows == 0 ? "\n{\"ts\":\"" : ",\n{\"ts\":\"");
    put_time(w, row->ts);
    json_number(w, "\",\"open\":", row->open);
    json_number(w, ",\"high\":", row->high);
    json_number(w, ",\"low\":", row->low);
    json_number(w, ",\"close\":", row->close);
    json_number(w, ",\"volume\":", row->volume);
    w->text[w->len++] = '}';
    ++*w->n_rows;
    return w->len < FLUSH_BYTES - ROW_MAX || flush(w, err);
}

/* What stands before the rows; a symbol holds nothing that JSON or CSV would
 * have to quote. */
static void
put_head(struct writer *w, const struct export *e, bool is_more)
{
    if (e->format == EXPORT_CSV) {
        put_text(w, is_more ? "" : "symbol,ts,open,high,low,close,volume\n");
        return;
    }
    put_text(w, "{\"symbol\":\"");
    put_text(w, e->symbol);
    put_text(w, "\",\"interval\":\"");
    put_text(w, interval_name(e->interval_s));
    put_text(w, "\",\"rows\":[");
}

static void
put_foot(struct writer *w, const struct export *e)
{
    if (e->format == EXPORT_JSON)
        put_text(w, "\n],\"next\":null}\n");
}

bool
export_run(struct db *db, const struct export *e, bool is_more,
           export_write_fn *write, void *arg, int64_t *n_rows, struct err *err)
{
    struct writer w = {.write = write,
                       .arg = arg,
                       .text = xmalloc(FLUSH_BYTES),
                       .n_rows = n_rows,
                       .symbol = e->symbol,
                       .symbol_len = strlen(e->symbol)};
    *n_rows = 0;
    day_set(&w, 0);
    w.number_len = number_format_f64(w.number, 0); /* whose bits are 0 */
    put_head(&w, e, is_more);
    bool ok =
        bar_each(db, e->instrument_id, e->interval_s, e->from_ts, e->to_ts,
                 e->format == EXPORT_CSV ? csv_row : json_row, &w, err);
    if (ok) {
        put_foot(&w, e);
        ok = flush(&w, err);
    }
    free(w.text);
    return ok;
}

const char *
export_format_name(enum export_format format)
{
    return formats[format].name;
}

const char *
export_content_type(enum export_format format)
{
    return formats[format].content_type;
}

const char *
export_file_name(struct arena *a, const struct export *e)
{
    char *name =
        arena_printf(a, "%s_%s.%s", e->symbol, interval_name(e->interval_s),
                     export_format_name(e->format));
    for (char *s = name; *s != '\0'; s++)
        if (!isalnum((unsigned char)*s) && strchr("._-", *s) == NULL)
            *s = '-';
    return name;
}
