#include "core/series_text.h"

#include "core/interval.h"
#include "lib/date.h"
#include "lib/number.h"

#include <math.h>
#include <string.h>

enum {
    BARS = 5,
    COLUMNS_MAX = BARS + INDICATOR_COUNT + FEATURE_COUNT,
    ROW_MAX = 4096, /* of all columns: below 60 bytes each */
};

struct label {
    const char *text; /* "," or ",\"open\":" */
    size_t len;
};

struct series_text {
    struct arena *a;
    const struct series_page_ask *ask;
    struct series_text_form form;
    series_text_fn *write;
    void *arg;
    size_t symbol_len;
    bool is_begun; /* a row was written */
    struct label labels[COLUMNS_MAX];
    int n_columns;
    int64_t day_ts; /* the day that `day` holds */
    char day[10];   /* YYYY-MM-DD */
    uint64_t last;  /* bits of what is in `number`; prices repeat */
    char number[NUMBER_TEXT_MAX];
    size_t number_len;
    size_t len; /* of text that is not handed out yet */
    char text[SERIES_TEXT_BYTES];
};

static const char *const bar_names[BARS] = {"open", "high", "low", "close",
                                            "volume"};

/* The names of the columns, in their order. */
static int
column_names(const struct series_text *t, const char *names[COLUMNS_MAX])
{
    int n = 0;
    for (int i = 0; i < BARS && t->form.has_bars; i++)
        names[n++] = bar_names[i];
    for (int i = 0; i < INDICATOR_COUNT; i++)
        if (t->ask->indicators[i])
            names[n++] = indicator_all[i].name;
    for (int i = 0; i < FEATURE_COUNT; i++)
        if (t->ask->features[i])
            names[n++] = feature_all[i].name;
    return n;
}

/* The values in the same order. */
static int
column_values(const struct series_text *t, const struct series_page *rows,
              const double *values[COLUMNS_MAX])
{
    int n = 0;
    const double *bars[BARS] = {rows->open, rows->high, rows->low, rows->close,
                                rows->volume};
    for (int i = 0; i < BARS && t->form.has_bars; i++)
        values[n++] = bars[i];
    for (int i = 0; i < INDICATOR_COUNT; i++)
        if (t->ask->indicators[i])
            values[n++] = rows->indicators[i];
    for (int i = 0; i < FEATURE_COUNT; i++)
        if (t->ask->features[i])
            values[n++] = rows->features[i];
    return n;
}

static char *
two_digits(char *to, int v)
{
    to[0] = (char)('0' + v / 10);
    to[1] = (char)('0' + v % 10);
    return to + 2;
}

static void
day_set(struct series_text *t, int64_t day_ts)
{
    struct date d = date_from_days(day_ts / DAY_S);
    char *to = two_digits(two_digits(t->day, d.year / 100), d.year % 100);
    *to++ = '-';
    to = two_digits(to, d.month);
    *to++ = '-';
    two_digits(to, d.day);
    t->day_ts = day_ts;
}

struct series_text *
series_text_new(struct arena *a, const struct series_page_ask *ask,
                struct series_text_form form, series_text_fn *write, void *arg)
{
    const char *names[COLUMNS_MAX];
    struct series_text *t = arena_alloc(a, sizeof *t);
    t->a = a;
    t->ask = ask;
    t->form = form;
    t->write = write;
    t->arg = arg;
    t->symbol_len = strlen(ask->symbol);
    t->n_columns = column_names(t, names);
    for (int i = 0; i < t->n_columns; i++) {
        const char *label =
            form.is_json ? arena_printf(a, ",\"%s\":", names[i]) : ",";
        t->labels[i] = (struct label){.text = label, .len = strlen(label)};
    }
    day_set(t, 0);
    t->number_len = number_format_f64(t->number, 0); /* whose bits are 0 */
    return t;
}

static bool
flush(struct series_text *t, struct err *err)
{
    size_t len = t->len;
    t->len = 0;
    return len == 0 || t->write(t->arg, t->text, len, err);
}

static void
put(struct series_text *t, const char *text, size_t len)
{
    memcpy(t->text + t->len, text, len);
    t->len += len;
}

static void
put_text(struct series_text *t, const char *text)
{
    put(t, text, strlen(text));
}

/* YYYY-MM-DDTHH:MM:SSZ; the date is made once a day. */
static void
put_time(struct series_text *t, int64_t ts)
{
    if (ts < t->day_ts || ts - t->day_ts >= DAY_S)
        day_set(t, date_day_start(ts));
    int s = (int)(ts - t->day_ts);
    put(t, t->day, sizeof t->day);
    char *to = t->text + t->len;
    *to++ = 'T';
    to = two_digits(to, s / 3600);
    *to++ = ':';
    to = two_digits(to, s / 60 % 60);
    *to++ = ':';
    to = two_digits(to, s % 60);
    *to = 'Z';
    t->len += 10;
}

static void
put_number(struct series_text *t, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (bits != t->last) {
        t->last = bits;
        t->number_len = number_format_f64(t->number, v);
    }
    put(t, t->number, t->number_len);
}

static void
csv_row(struct series_text *t, const double *const values[COLUMNS_MAX],
        const struct series_page *rows, size_t i)
{
    put(t, t->ask->symbol, t->symbol_len);
    t->text[t->len++] = ',';
    put_time(t, rows->ts[i]);
    for (int c = 0; c < t->n_columns; c++) {
        t->text[t->len++] = ',';
        if (isfinite(values[c][i]))
            put_number(t, values[c][i]);
    }
    t->text[t->len++] = '\n';
}

static void
json_row(struct series_text *t, const double *const values[COLUMNS_MAX],
         const struct series_page *rows, size_t i)
{
    put_text(t, t->is_begun ? ",\n{\"ts\":\"" : "\n{\"ts\":\"");
    put_time(t, rows->ts[i]);
    t->text[t->len++] = '"';
    for (int c = 0; c < t->n_columns; c++) {
        double v = values[c][i];
        put(t, t->labels[c].text, t->labels[c].len);
        if (!isfinite(v))
            put(t, "null", 4);
        else if (v == 0 && signbit(v))
            put(t, "-0.0", 4); /* "-0" would be the whole number 0 to some */
        else
            put_number(t, v);
    }
    if (rows->partial[i])
        put_text(t, ",\"partial\":true");
    if (rows->corrected != NULL && rows->corrected[i])
        put_text(t, ",\"corrected\":true");
    t->text[t->len++] = '}';
}

static void
csv_head(struct series_text *t)
{
    const char *names[COLUMNS_MAX];
    int n = column_names(t, names);
    put_text(t, "symbol,ts");
    for (int i = 0; i < n; i++) {
        put_text(t, ",");
        put_text(t, names[i]);
    }
    put_text(t, "\n");
}

/* Symbols and times hold nothing that JSON would have to quote. */
static void
json_head(struct series_text *t)
{
    const struct series_page_ask *ask = t->ask;
    put_text(t, "{\"symbol\":\"");
    put_text(t, ask->symbol);
    put_text(t, "\",\"interval\":\"");
    put_text(t, interval_name(ask->interval_s));
    if (ask->n_features > 0)
        put_text(t,
                 arena_printf(t->a, "\",\"version\":%d,\"", FEATURE_VERSION));
    else
        put_text(t, "\",\"");
    if (ask->as_of != NULL) {
        put_text(t, "as_of\":\"");
        put_text(t, ask->as_of);
        put_text(t, "\",\"");
    }
    put_text(t, "rows\":[");
}

void
series_text_head(struct series_text *t)
{
    if (t->form.is_json)
        json_head(t);
    else
        csv_head(t);
}

bool
series_text_rows(struct series_text *t, const struct series_page *rows,
                 struct err *err)
{
    const double *values[COLUMNS_MAX];
    column_values(t, rows, values);
    for (size_t i = 0; i < rows->n; i++) {
        if (t->form.is_json)
            json_row(t, values, rows, i);
        else
            csv_row(t, values, rows, i);
        t->is_begun = true;
        if (t->len >= SERIES_TEXT_BYTES - ROW_MAX && !flush(t, err))
            return false;
    }
    return true;
}

bool
series_text_end(struct series_text *t, const char *next, struct err *err)
{
    if (t->form.is_json && next == NULL)
        put_text(t, "\n],\"next\":null}\n");
    else if (t->form.is_json)
        put_text(t, arena_printf(t->a, "\n],\"next\":\"%s\"}\n", next));
    return flush(t, err);
}
