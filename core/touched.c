#include "core/touched.h"

#include "core/mill.h"

void
touched_start(struct touched *t, int32_t interval_s)
{
    t->interval_s = interval_s;
    t->n = 0;
}

static int64_t
min_of(int64_t x, int64_t y)
{
    return x < y ? x : y;
}

static int64_t
max_of(int64_t x, int64_t y)
{
    return x > y ? x : y;
}

/* The last range and the one before it, where they have met. */
static bool
merge_last(struct touched *t, int64_t near_s)
{
    if (t->n < 2)
        return false;
    struct touched_range *last = &t->ranges[t->n - 1], *before = last - 1;
    if (last->from_ts > before->to_ts + near_s)
        return false;
    before->from_ts = min_of(before->from_ts, last->from_ts);
    before->to_ts = max_of(before->to_ts, last->to_ts);
    t->n--;
    return true;
}

void
touched_add(struct touched *t, int64_t from_ts, int64_t to_ts)
{
    int64_t near_s = (int64_t)t->interval_s * TOUCHED_NEAR_BARS;
    if (t->n == TOUCHED_MAX) {
        struct touched_range *last = &t->ranges[t->n - 1];
        last->from_ts = min_of(last->from_ts, from_ts);
        last->to_ts = max_of(last->to_ts, to_ts);
    } else {
        t->ranges[t->n++] = (struct touched_range){from_ts, to_ts};
    }
    while (merge_last(t, near_s))
        ;
}

void
touched_add_chunk(struct touched *t, const struct bar_chunk *chunk)
{
    for (size_t i = 0, end; i < chunk->n; i = end) {
        end = i + 1;
        if (chunk->fates[i] == BAR_SAME)
            continue;
        while (end < chunk->n && chunk->fates[end] != BAR_SAME)
            end++;
        touched_add(t, chunk->rows[i].ts, chunk->rows[end - 1].ts);
    }
}

bool
touched_note(struct db *db, const struct bar_target *target,
             const struct touched *t, struct err *err)
{
    for (size_t i = 0; i < t->n; i++)
        if (!mill_touch(db, target->instrument_id, target->interval_s,
                        t->ranges[i].from_ts, t->ranges[i].to_ts,
                        target->load_id, err))
            return false;
    return true;
}
