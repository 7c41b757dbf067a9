#include "core/resample.h"

#include "lib/date.h"

#include <string.h>

void
resample_start(struct resample *r, const struct resample_spec *spec)
{
    *r = (struct resample){.spec = *spec, .last_ts = INT64_MIN};
}

/* The first session that closes after ts; n_sessions when none does. */
static size_t
session_find(const struct resample_spec *spec, int64_t ts)
{
    size_t low = 0, high = spec->n_sessions;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (spec->sessions[middle].close_ts > ts)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static int64_t
floor_to(int64_t ts, int64_t unit)
{
    int64_t rest = ts % unit;
    return ts - (rest < 0 ? rest + unit : rest);
}

/* An empty bucket of that range. */
static void
bucket_open(const struct resample_spec *spec, struct resample_bucket *b,
            int64_t name_ts, int64_t from_ts, int64_t to_ts)
{
    memset(b, 0, sizeof(*b));
    b->bar.ts = name_ts;
    b->from_ts = from_ts;
    b->to_ts = to_ts;
    b->slots = (int32_t)((to_ts - from_ts + spec->row_s - 1) / spec->row_s);
}

static void
bucket_in_session(const struct resample_spec *spec,
                  const struct resample_session *s, int64_t ts,
                  struct resample_bucket *out)
{
    if (spec->interval_s >= DAY_S) {
        bucket_open(spec, out, s->day_ts, s->open_ts, s->close_ts);
        return;
    }
    int64_t from = s->open_ts + floor_to(ts - s->open_ts, spec->interval_s);
    int64_t to = from + spec->interval_s;
    bucket_open(spec, out, from, from, to < s->close_ts ? to : s->close_ts);
}

bool
resample_find(const struct resample_spec *spec, int64_t ts,
              struct resample_bucket *out)
{
    if (!spec->sessions) {
        int64_t from = floor_to(ts, spec->interval_s);
        bucket_open(spec, out, from, from, from + spec->interval_s);
        return true;
    }
    size_t i = session_find(spec, ts);
    if (i == spec->n_sessions || spec->sessions[i].open_ts > ts)
        return false;
    bucket_in_session(spec, &spec->sessions[i], ts, out);
    return true;
}

/* The same for times that come in order: the session is near the last one. */
static bool
find_next(struct resample *r, int64_t ts, struct resample_bucket *out)
{
    const struct resample_spec *spec = &r->spec;
    if (!spec->sessions)
        return resample_find(spec, ts, out);
    while (r->session < spec->n_sessions &&
           spec->sessions[r->session].close_ts <= ts)
        r->session++;
    if (r->session == spec->n_sessions ||
        spec->sessions[r->session].open_ts > ts)
        return false;
    bucket_in_session(spec, &spec->sessions[r->session], ts, out);
    return true;
}

static void
bucket_add(struct resample_bucket *b, const struct series_row *row)
{
    struct series_row *bar = &b->bar;
    if (b->rows++ == 0) {
        int64_t name_ts = bar->ts;
        *bar = *row;
        bar->ts = name_ts;
        bar->bad = bar->raw = NULL;
        return;
    }
    if (row->high > bar->high)
        bar->high = row->high;
    if (row->low < bar->low)
        bar->low = row->low;
    bar->close = row->close;
    bar->volume += row->volume;
}

enum resample_result
resample_add(struct resample *r, const struct series_row *row,
             struct resample_bucket *done)
{
    if (row->ts <= r->last_ts)
        return RESAMPLE_LATE;
    bool is_in_now = r->now.rows > 0 && row->ts < r->now.to_ts;
    struct resample_bucket next;
    if (!is_in_now && !find_next(r, row->ts, &next))
        return RESAMPLE_OUTSIDE;
    r->last_ts = row->ts;
    enum resample_result result = RESAMPLE_ADDED;
    if (!is_in_now) {
        if (r->now.rows > 0) {
            *done = r->now;
            result = RESAMPLE_DONE;
        }
        r->now = next;
    }
    bucket_add(&r->now, row);
    return result;
}

bool
resample_end(struct resample *r, int64_t known_ts, struct resample_bucket *done)
{
    if (r->now.rows == 0)
        return false;
    *done = r->now;
    done->partial = known_ts < done->to_ts;
    r->now.rows = 0;
    return true;
}

bool
resample_span(const struct resample_spec *spec, int64_t first_ts,
              int64_t last_ts, int64_t *from_ts, int64_t *to_ts,
              int64_t *from_bucket, int64_t *to_bucket)
{
    struct resample_bucket first, last;
    if (last_ts < first_ts)
        return false;
    if (spec->sessions) {
        /* between sessions: the next one's first, the last one's last */
        size_t i = session_find(spec, first_ts);
        if (i == spec->n_sessions)
            return false;
        if (first_ts < spec->sessions[i].open_ts)
            first_ts = spec->sessions[i].open_ts;
        size_t j = session_find(spec, last_ts);
        if (j == spec->n_sessions || last_ts < spec->sessions[j].open_ts) {
            if (j == 0)
                return false;
            last_ts = spec->sessions[j - 1].close_ts - 1;
        }
        if (last_ts < first_ts)
            return false;
    }
    if (!resample_find(spec, first_ts, &first) ||
        !resample_find(spec, last_ts, &last))
        return false;
    *from_ts = first.from_ts;
    *to_ts = last.to_ts;
    *from_bucket = first.bar.ts;
    *to_bucket = last.bar.ts;
    return true;
}
