#include "core/rowfile_trades.h"

#include <math.h>
#include <string.h>

enum { WINDOW = 256 };

/* Where a trade stands among those of its bar. */
struct place {
    int64_t time_us, id, seq;
};

struct bucket {
    int64_t ts, line;
    double open, high, low, close, volume;
    struct place first, last;
};

struct rowfile_trades {
    int32_t interval_s;
    struct bucket buckets[WINDOW]; /* sorted by time */
    size_t n, newest;              /* index of the one that was made last */
    int64_t done_from, done_to;    /* of the bars that were taken */
    int64_t seq, last_us;
    int64_t tally; /* times that the time rose, less those that it fell */
    int direction; /* of the file: -1 newest first */
};

struct rowfile_trades *
rowfile_trades_new(struct arena *a, int32_t interval_s)
{
    struct rowfile_trades *t = arena_alloc(a, sizeof *t);
    t->interval_s = interval_s;
    t->done_from = INT64_MAX;
    t->done_to = INT64_MIN;
    t->last_us = INT64_MIN;
    t->direction = 1;
    return t;
}

static bool
is_before(const struct place *a, const struct place *b)
{
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us;
    if (a->id != b->id)
        return a->id < b->id;
    return a->seq < b->seq;
}

/* The bar that opens at ts, made where there is none; NULL: it was taken. */
static struct bucket *
find_bucket(struct rowfile_trades *t, int64_t ts)
{
    size_t at = t->n > 0 && ts <= t->buckets[t->n - 1].ts ? 0 : t->n;
    if (at == 0 && t->n > 0 && t->buckets[t->newest].ts == ts)
        return &t->buckets[t->newest];
    while (at < t->n && t->buckets[at].ts < ts)
        at++;
    if (at < t->n && t->buckets[at].ts == ts)
        return &t->buckets[at];
    if (ts >= t->done_from && ts <= t->done_to)
        return NULL;
    memmove(&t->buckets[at + 1], &t->buckets[at],
            (t->n - at) * sizeof t->buckets[0]);
    t->n++;
    t->newest = at;
    t->buckets[at] =
        (struct bucket){.ts = ts, .high = -INFINITY, .low = INFINITY};
    return &t->buckets[at];
}

bool
rowfile_trades_add(struct rowfile_trades *t, const struct rowfile_trade *trade)
{
    int64_t ts = trade->ts - trade->ts % t->interval_s;
    if (ts > trade->ts)
        ts -= t->interval_s;
    struct bucket *b = find_bucket(t, ts);
    if (b == NULL)
        return false;
    int64_t us = trade->ts * 1000000 + trade->fraction_us;
    if (us != t->last_us && t->last_us != INT64_MIN)
        t->tally += us > t->last_us ? 1 : -1;
    t->direction = t->tally < 0 ? -1 : 1;
    t->last_us = us;
    t->seq += t->direction;
    struct place place = {.time_us = us, .id = trade->id, .seq = t->seq};
    bool is_new = b->line == 0;
    if (is_new || is_before(&place, &b->first)) {
        b->first = place;
        b->open = trade->price;
    }
    if (is_new || !is_before(&place, &b->last)) {
        b->last = place;
        b->close = trade->price;
    }
    if (is_new)
        b->line = trade->line;
    b->high = fmax(b->high, trade->price);
    b->low = fmin(b->low, trade->price);
    if (!isnan(trade->amount))
        b->volume += trade->amount;
    return true;
}

bool
rowfile_trades_take(struct rowfile_trades *t, bool flush,
                    struct series_row *row, int64_t *line)
{
    if (t->n == 0 || (!flush && t->n < WINDOW))
        return false;
    bool from_front = flush ? t->direction > 0 : t->newest >= t->n / 2;
    struct bucket *b = &t->buckets[from_front ? 0 : t->n - 1];
    *row = (struct series_row){.ts = b->ts,
                               .open = b->open,
                               .high = b->high,
                               .low = b->low,
                               .close = b->close,
                               .volume = b->volume};
    *line = b->line;
    t->done_from = b->ts < t->done_from ? b->ts : t->done_from;
    t->done_to = b->ts > t->done_to ? b->ts : t->done_to;
    t->n--;
    if (from_front) {
        memmove(&t->buckets[0], &t->buckets[1], t->n * sizeof t->buckets[0]);
        t->newest -= t->newest > 0;
    } else if (t->newest == t->n && t->n > 0) {
        t->newest = t->n - 1;
    }
    return true;
}
