/* What somebody asks of a series, understood. */
#include "core/series_page.h"

#include "core/instrument.h"
#include "core/interval.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/number.h"

#include <string.h>

enum { US = 1000000, US_DIGITS = 6 };

static bool
is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* A day stands for its first second, or its last one. */
static bool
read_time(const char *word, const char *text, bool last_second, int64_t *ts,
          struct err *err)
{
    if (!is_given(text))
        return true;
    if (date_parse_day(text, strlen(text), ts)) {
        *ts += last_second ? DAY_S - 1 : 0;
        return true;
    }
    return date_parse_iso(text, strlen(text), ts) ||
           err_set(err, ERR_INPUT,
                   "\"%.40s\" for %s is no day (YYYY-MM-DD) and no ISO 8601 "
                   "time",
                   text, word);
}

static bool
read_range(const struct series_page_words *words, struct series_page_ask *out,
           struct err *err)
{
    int64_t first = date_to_days(1, 1, 1) * DAY_S;
    int64_t last = date_to_days(9999, 12, 31) * DAY_S + DAY_S - 1;
    int64_t after = first - 1, before = last + 1;
    out->from_ts = first;
    out->to_ts = last;
    if (!read_time("from", words->from, false, &out->from_ts, err) ||
        !read_time("to", words->to, true, &out->to_ts, err) ||
        !read_time("after", words->after, false, &after, err) ||
        !read_time("before", words->before, false, &before, err))
        return false;
    if (out->from_ts > out->to_ts)
        return err_set(err, ERR_INPUT,
                       "\"%.40s\" for from is after \"%.40s\" for to",
                       words->from, words->to);
    if (after >= out->from_ts)
        out->from_ts = after + 1;
    if (before <= out->to_ts)
        out->to_ts = before - 1;
    return true;
}

/* The digits after the seconds, in microseconds; -1: there are none. */
static int64_t
fraction_us(const char *text)
{
    const char *s = text + strcspn(text, ".,");
    int64_t us = 0;
    if (*s == '\0')
        return -1;
    s++;
    for (int i = 0; i < US_DIGITS; i++) {
        bool is_digit = *s >= '0' && *s <= '9';
        us = us * 10 + (is_digit ? *s - '0' : 0);
        s += is_digit;
    }
    return us;
}

static bool
read_as_of(const char *text, struct series_page_ask *out, struct err *err)
{
    int64_t ts;
    out->as_of_us = INT64_MAX;
    if (!is_given(text))
        return true;
    if (!read_time("as_of", text, true, &ts, err))
        return false;
    int64_t us = fraction_us(text);
    out->as_of = text;
    out->as_of_us = ts * US + (us >= 0 ? us : US - 1);
    return true;
}

static bool
read_limit(const char *text, size_t *limit, struct err *err)
{
    int64_t v = SERIES_PAGE_ROWS;
    if (is_given(text) && (!number_parse_i64(text, strlen(text), &v) || v < 1 ||
                           v > SERIES_PAGE_MAX))
        return err_set(err, ERR_INPUT, "\"%.40s\" for limit: choose 1 to %d",
                       text, SERIES_PAGE_MAX);
    *limit = (size_t)v;
    return true;
}

static bool
read_order(const char *text, bool *newest_first, struct err *err)
{
    *newest_first = is_given(text) && strcmp(text, "desc") == 0;
    return *newest_first || !is_given(text) || strcmp(text, "asc") == 0 ||
           err_set(err, ERR_INPUT, "\"%.40s\" for order: choose asc or desc",
                   text);
}

/* A list of names, and what is chosen of it. */
struct choice {
    const char *word; /* "indicators" */
    const char *(*name)(int i);
    int n;
    bool *chosen;
    int *n_chosen;
};

static const char *
indicator_name(int i)
{
    return indicator_all[i].name;
}

static const char *
feature_name(int i)
{
    return feature_all[i].name;
}

static struct choice
indicators_of(struct series_page_ask *ask)
{
    return (struct choice){.word = "indicators",
                           .name = indicator_name,
                           .n = INDICATOR_COUNT,
                           .chosen = ask->indicators,
                           .n_chosen = &ask->n_indicators};
}

static struct choice
features_of(struct series_page_ask *ask)
{
    return (struct choice){.word = "features",
                           .name = feature_name,
                           .n = FEATURE_COUNT,
                           .chosen = ask->features,
                           .n_chosen = &ask->n_features};
}

static void
choose(const struct choice *c, int i)
{
    *c->n_chosen += !c->chosen[i];
    c->chosen[i] = true;
}

/* Chooses the one of that name, or all of them for a word that stands for
 * all; false: there is none. */
static bool
choose_name(const struct choice *c, const char *all, const char *name,
            size_t len)
{
    bool is_all = strlen(all) == len && strncmp(all, name, len) == 0;
    bool found = is_all;
    for (int i = 0; i < c->n; i++) {
        const char *one = c->name(i);
        bool is_it = strlen(one) == len && strncmp(one, name, len) == 0;
        if (is_all || is_it)
            choose(c, i);
        found |= is_it;
    }
    return found;
}

static void
add_names(struct buf *b, const struct choice *c)
{
    for (int i = 0; i < c->n; i++)
        buf_addf(b, ", %s", c->name(i));
}

static bool
read_names(struct arena *a, const char *text, const struct choice *c,
           struct err *err)
{
    if (!is_given(text) || strcmp(text, "none") == 0)
        return true;
    for (const char *s = text;; s++) {
        size_t len = strcspn(s, ",");
        if (!choose_name(c, "all", s, len)) {
            struct buf *b = buf_new(a);
            add_names(b, c);
            return err_set(err, ERR_INPUT,
                           "\"%.*s\" for %s: choose all, none%s",
                           len < 40 ? (int)len : 40, s, c->word, b->data);
        }
        s += len;
        if (*s == '\0')
            return true;
    }
}

bool
series_page_read_with(struct arena *a, const char *text,
                      struct series_page_ask *out, struct err *err)
{
    struct choice indicators = indicators_of(out), features = features_of(out);
    if (!is_given(text))
        return true;
    for (const char *s = text;; s++) {
        size_t len = strcspn(s, ",");
        if (!choose_name(&indicators, "indicators", s, len) &&
            !choose_name(&features, "features", s, len)) {
            struct buf *b = buf_new(a);
            add_names(b, &indicators);
            add_names(b, &features);
            return err_set(err, ERR_INPUT,
                           "\"%.*s\" for with: choose indicators, features%s",
                           len < 40 ? (int)len : 40, s, b->data);
        }
        s += len;
        if (*s == '\0')
            return true;
    }
}

/* Not all that instrument_get finds out: that takes longer the more loads an
 * instrument has. */
static bool
read_instrument(struct arena *a, struct db *db, const char *symbol,
                struct series_page_ask *out, struct err *err)
{
    struct instrument ignored;
    struct db_rows *rows;
    if (!db_query(a, db, SQL_series_instrument, DB_ARGS(symbol), &rows, err))
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
series_page_read(struct arena *a, struct db *db,
                 const struct series_page_words *words,
                 struct series_page_ask *out, struct err *err)
{
    *out = (struct series_page_ask){0};
    struct choice indicators = indicators_of(out), features = features_of(out);
    if (is_given(words->interval) &&
        !interval_parse(words->interval, &out->interval_s))
        return err_set(err, ERR_INPUT,
                       "\"%.40s\" for interval: choose " INTERVAL_NAMES,
                       words->interval);
    return read_range(words, out, err) && read_as_of(words->as_of, out, err) &&
           read_limit(words->limit, &out->limit, err) &&
           read_order(words->order, &out->is_newest_first, err) &&
           read_names(a, words->indicators, &indicators, err) &&
           read_names(a, words->features, &features, err) &&
           read_instrument(a, db, words->symbol, out, err);
}
