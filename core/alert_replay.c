#include "core/alert_replay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PORTION = 1024 };

/* Columns that terms are made of; those of the indicators follow. */
enum column { OPEN, HIGH, LOW, CLOSE, VOLUME, FIRST_INDICATOR };
enum { COLUMNS = FIRST_INDICATOR + INDICATOR_COUNT };

struct alert_replay {
    struct alert_rule rule;
    struct alert_state state;
    int64_t from_ts;
    bool is_side_known; /* of the bar before from_ts, for crossings */
    /* a portion with the bars before it that terms look back on */
    size_t lookback, n_before;
    double *column[COLUMNS]; /* NULL: not needed */
    double *left, *right;
    int64_t *ts;
    struct alert_trace *drawn_left, *drawn_right; /* NULL: not wanted */
    /* what came out */
    int64_t bars, first_ts, last_ts, lost;
    double last_left, last_right;
    struct alert_event *events; /* a ring */
    size_t n_events;            /* ever */
    int64_t fired, resolved, flaps, active_s, longest_s;
    int64_t resolved_ts; /* last; INT64_MIN: never */
    double *gaps;        /* between firings, a ring, too */
};

static size_t
lookback_of(const struct alert_rule *rule)
{
    int left = alert_term_lookback(&rule->left);
    int right = alert_term_lookback(&rule->right);
    return (size_t)(left > right ? left : right);
}

int
alert_replay_lookback(const struct alert_rule *rule)
{
    return (int)lookback_of(rule) + 1;
}

static double *
room(struct arena *a, const struct alert_replay *r)
{
    return arena_array(a, r->lookback + PORTION, sizeof(double));
}

static void
need(struct arena *a, struct alert_replay *r, const struct alert_term *term)
{
    static const enum column columns[] = {[ALERT_OPEN] = OPEN,
                                          [ALERT_HIGH] = HIGH,
                                          [ALERT_LOW] = LOW,
                                          [ALERT_CLOSE] = CLOSE,
                                          [ALERT_VOLUME] = VOLUME,
                                          [ALERT_CHANGE] = CLOSE,
                                          [ALERT_VOLUME_RATIO] = VOLUME};
    if (term->kind == ALERT_NUMBER)
        return;
    double **out = &r->column[term->kind == ALERT_INDICATOR
                                  ? FIRST_INDICATOR + (int)term->indicator
                                  : (int)columns[term->kind]];
    if (*out == NULL)
        *out = room(a, r);
}

struct alert_replay *
alert_replay_new(struct arena *a, const struct alert_rule *rule,
                 int64_t from_ts)
{
    struct alert_replay *r = arena_alloc(a, sizeof *r);
    *r = (struct alert_replay){.rule = *rule,
                               .from_ts = from_ts,
                               .lookback = (size_t)alert_replay_lookback(rule),
                               .resolved_ts = INT64_MIN,
                               .last_left = NAN,
                               .last_right = NAN};
    alert_start(&r->state);
    r->left = room(a, r);
    r->right = room(a, r);
    r->ts = arena_array(a, r->lookback + PORTION, sizeof(int64_t));
    r->events = arena_array(a, ALERT_REPLAY_EVENTS, sizeof *r->events);
    r->gaps = arena_array(a, ALERT_REPLAY_EVENTS, sizeof *r->gaps);
    need(a, r, &rule->left);
    need(a, r, &rule->right);
    return r;
}

void
alert_replay_draw(struct alert_replay *r, struct alert_trace *left,
                  struct alert_trace *right)
{
    r->drawn_left = left;
    r->drawn_right = right;
}

/* --- what happened -------------------------------------------------------- */

static void
note_fired(struct alert_replay *r, const struct alert_event *e, int64_t before)
{
    int64_t patience = (int64_t)ALERT_FLAP_BARS * r->rule.interval_s;
    if (r->fired > 0)
        r->gaps[(r->fired - 1) % ALERT_REPLAY_EVENTS] =
            (double)(e->at_ts - before);
    if (r->resolved_ts != INT64_MIN && e->at_ts - r->resolved_ts <= patience)
        r->flaps++;
    r->fired++;
}

static void
note_resolved(struct alert_replay *r, const struct alert_event *e)
{
    int64_t active_s = e->at_ts - r->state.fired_ts;
    r->resolved++;
    r->resolved_ts = e->at_ts;
    r->active_s += active_s;
    if (active_s > r->longest_s)
        r->longest_s = active_s;
}

/* Feeds rows [from, n) of the room. */
static void
evaluate(struct alert_replay *r, size_t from, size_t n)
{
    const struct alert_bars bars = {
        .n = n - from,
        .ts = r->ts + from,
        .left = r->left + from,
        .right = r->rule.right.kind == ALERT_NUMBER ? NULL : r->right + from,
    };
    struct alert_event e;
    int64_t fired_ts = r->state.fired_ts;
    for (size_t at = 0; alert_feed(&r->state, &r->rule, &bars, &at, &e);) {
        if (e.kind == ALERT_FIRED)
            note_fired(r, &e, fired_ts);
        else if (e.kind == ALERT_RESOLVED)
            note_resolved(r, &e);
        else if (e.kind == ALERT_DATA_LOST)
            r->lost++;
        fired_ts = r->state.fired_ts;
        r->events[r->n_events++ % ALERT_REPLAY_EVENTS] = e;
    }
    if (n == from)
        return;
    if (r->bars == 0)
        r->first_ts = r->ts[from];
    r->bars += (int64_t)(n - from);
    r->last_ts = r->ts[n - 1];
    r->last_left = r->left[n - 1];
    r->last_right = bars.right != NULL ? r->right[n - 1] : r->rule.right.number;
    if (r->drawn_left != NULL)
        alert_trace_feed(r->drawn_left, bars.ts, bars.left, bars.n);
    if (r->drawn_right != NULL && bars.right != NULL)
        alert_trace_feed(r->drawn_right, bars.ts, bars.right, bars.n);
}

/* A crossing on the first bar needs the side of the bar before. */
static void
know_side(struct alert_replay *r, size_t from)
{
    double right = r->rule.right.number;
    if (r->is_side_known)
        return;
    r->is_side_known = true;
    while (from-- > 0) {
        if (r->rule.right.kind != ALERT_NUMBER)
            right = r->right[from];
        if (isnan(r->left[from]) || isnan(right))
            continue;
        r->state.side = (r->left[from] > right) - (r->left[from] < right);
        return;
    }
}

/* --- columns -------------------------------------------------------------- */

/* Puts rows of the input behind those that are looked back on. */
static void
put(struct alert_replay *r, const int64_t *ts, const struct alert_columns *in,
    size_t from, size_t n)
{
    const double *columns[COLUMNS] = {in->open, in->high, in->low, in->close,
                                      in->volume};
    for (size_t i = 0; i < INDICATOR_COUNT && in->indicators != NULL; i++)
        columns[FIRST_INDICATOR + i] = in->indicators[i];
    memcpy(r->ts + r->n_before, ts + from, n * sizeof(int64_t));
    for (size_t c = 0; c < COLUMNS; c++) {
        if (r->column[c] == NULL)
            continue;
        double *to = r->column[c] + r->n_before;
        if (columns[c] != NULL)
            memcpy(to, columns[c] + from, n * sizeof *to);
        for (size_t i = 0; columns[c] == NULL && i < n; i++)
            to[i] = NAN;
    }
}

/* Keeps the last rows for the next portion to look back on. */
static void
keep(struct alert_replay *r, size_t n)
{
    size_t stay = n < r->lookback ? n : r->lookback, from = n - stay;
    memmove(r->ts, r->ts + from, stay * sizeof(int64_t));
    for (size_t c = 0; c < COLUMNS; c++)
        if (r->column[c] != NULL)
            memmove(r->column[c], r->column[c] + from, stay * sizeof(double));
    r->n_before = stay;
}

static void
feed_portion(struct alert_replay *r, const int64_t *ts,
             const struct alert_columns *in, size_t from, size_t n)
{
    put(r, ts, in, from, n);
    size_t all = r->n_before + n, first = r->n_before;
    const struct alert_columns columns = {
        .n = all,
        .open = r->column[OPEN],
        .high = r->column[HIGH],
        .low = r->column[LOW],
        .close = r->column[CLOSE],
        .volume = r->column[VOLUME],
        .indicators = r->column + FIRST_INDICATOR,
    };
    alert_term_values(&r->rule.left, &columns, r->left);
    if (r->rule.right.kind != ALERT_NUMBER)
        alert_term_values(&r->rule.right, &columns, r->right);
    while (first < all && r->ts[first] < r->from_ts)
        first++;
    if (first < all) {
        know_side(r, first);
        evaluate(r, first, all);
    }
    keep(r, all);
}

void
alert_replay_feed(struct alert_replay *r, const int64_t *ts,
                  const struct alert_columns *in)
{
    for (size_t from = 0, n; from < in->n; from += n) {
        n = in->n - from < PORTION ? in->n - from : PORTION;
        feed_portion(r, ts, in, from, n);
    }
}

/* --- the summary -----------------------------------------------------------
 */

static int
by_size(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double
median_gap(struct arena *a, const struct alert_replay *r)
{
    size_t n = r->fired > ALERT_REPLAY_EVENTS ? ALERT_REPLAY_EVENTS
               : r->fired > 1                 ? (size_t)r->fired - 1
                                              : 0;
    if (n == 0)
        return NAN;
    double *sorted = arena_array(a, n, sizeof *sorted);
    memcpy(sorted, r->gaps, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_size);
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

void
alert_replay_sum(struct arena *a, const struct alert_replay *r,
                 struct alert_replay_summary *out)
{
    *out = (struct alert_replay_summary){
        .bars = r->bars,
        .first_ts = r->first_ts,
        .last_ts = r->last_ts,
        .fired = r->fired,
        .resolved = r->resolved,
        .lost = r->lost,
        .flaps = r->flaps,
        .median_gap_s = median_gap(a, r),
        .longest_active_s = r->longest_s,
        .active_s = r->active_s,
        .is_active = r->fired > r->resolved,
        .state = r->state,
        .left = r->last_left,
        .right = r->last_right,
    };
    if (out->is_active) {
        int64_t so_far = r->last_ts + r->rule.interval_s - r->state.fired_ts;
        out->active_s += so_far;
        if (so_far > out->longest_active_s)
            out->longest_active_s = so_far;
    }
    size_t cap = ALERT_REPLAY_EVENTS;
    size_t n = r->n_events < cap ? r->n_events : cap;
    struct alert_event *events = arena_array(a, n, sizeof *events);
    for (size_t i = 0; i < n; i++)
        events[i] = r->events[(r->n_events - n + i) % cap];
    out->events = events;
    out->n_events = n;
    out->left_out = (int64_t)(r->n_events - n);
}
