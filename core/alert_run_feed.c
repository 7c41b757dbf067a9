/* All rules of a series share its reading and its columns. Bars arrive one
 * after the other, series by series, and are handled in portions, with those
 * before them that terms look back on. */
#include "core/alert_run_own.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

enum { PORTION = 1024, BACK_MAX = ALERT_BARS_MAX + 1, MINUTE_S = 60 };

static const int64_t first_time = -62135596800; /* year 1 */

/* A series to be read. */
struct ask {
    struct run_series *series;
    struct run_walk *walks;
    size_t n_walks;
    int64_t from_ts;
    int back; /* bars before from_ts */
    bool computes;
};

struct feed {
    struct run *r;
    struct ask *asks; /* of the present query */
    size_t n_asks;
    const struct ask *ask; /* of the present rows; NULL: none */
    /* rows, of which the first n_done are only looked back on */
    size_t n, n_done;
    int64_t *ts, *session;
    bool *market_open;
    double *open, *high, *low, *close, *volume;
    double *indicators[INDICATOR_COUNT];
    bool wants[INDICATOR_COUNT];
    double *left, *right;
    /* what indicators know: of the bars before next_ts */
    struct feature_state state;
    int64_t next_ts;
};

/* --- values of terms ------------------------------------------------------
 */

static void
slice(const struct feed *f, size_t from, size_t n, struct alert_columns *out,
      double **indicators)
{
    for (size_t i = 0; i < INDICATOR_COUNT; i++)
        indicators[i] = f->indicators[i] + from;
    *out = (struct alert_columns){.n = n,
                                  .open = f->open + from,
                                  .high = f->high + from,
                                  .low = f->low + from,
                                  .close = f->close + from,
                                  .volume = f->volume + from,
                                  .indicators = indicators};
}

/* A term's values of rows [from, from + n); room has space for those before,
 * too. */
static const double *
values(const struct feed *f, const struct alert_term *term, size_t from,
       size_t n, double *room)
{
    struct alert_columns columns;
    double *indicators[INDICATOR_COUNT];
    size_t back = (size_t)alert_term_lookback(term);
    if (term->kind == ALERT_NUMBER)
        return NULL;
    if (back > from)
        back = from;
    slice(f, from - back, back + n, &columns, indicators);
    alert_term_values(term, &columns, room);
    return room + back;
}

/* --- a rule over rows -----------------------------------------------------
 */

/* A crossing on the first bar needs the side of the bar before. */
static void
know_side(const struct feed *f, struct run_walk *w, size_t row)
{
    const struct alert_rule *rule = &w->rule->rule;
    if (w->knows_side)
        return;
    w->knows_side = true;
    if (row == 0)
        return;
    double left = *values(f, &rule->left, row - 1, 1, f->left);
    const double *right = values(f, &rule->right, row - 1, 1, f->right);
    double other = right != NULL ? *right : rule->right.number;
    if (!isnan(left) && !isnan(other))
        w->state.side = (left > other) - (left < other);
}

static int64_t
cell_of(const struct run_walk *w, int64_t ts)
{
    int64_t cell_s = (int64_t)w->rule->rule.interval_s * RUN_MARK_BARS;
    int64_t rest = ts % cell_s;
    return (ts - (rest < 0 ? rest + cell_s : rest)) / cell_s;
}

/* Rows [from, end), which are in one cell. */
static void
feed_cell(struct feed *f, struct run_walk *w, size_t from, size_t end,
          const double *left, const double *right)
{
    struct alert_event e;
    const struct alert_bars bars = {
        .n = end - from, .ts = f->ts + from, .left = left, .right = right};
    if (!w->is_past && w->state.last_ts != INT64_MIN &&
        cell_of(w, w->state.last_ts) != cell_of(w, f->ts[from]))
        run_marks_add(f->r->a, &w->rule->marks, &w->state);
    for (size_t at = 0; alert_feed(&w->state, &w->rule->rule, &bars, &at, &e);)
        run_event(f->r, f->ask->series, w, &e,
                  e.kind == ALERT_DATA_LOST ? bars.ts[at] : e.ts);
}

static void
feed_rows(struct feed *f, struct run_walk *w, size_t from, size_t end)
{
    const struct alert_rule *rule = &w->rule->rule;
    know_side(f, w, from);
    const double *left = values(f, &rule->left, from, end - from, f->left);
    const double *right = values(f, &rule->right, from, end - from, f->right);
    for (size_t i = from, next; i < end; i = next) {
        int64_t cell = cell_of(w, f->ts[i]);
        for (next = i + 1; next < end && cell_of(w, f->ts[next]) == cell;)
            next++;
        feed_cell(f, w, i, next, left + (i - from),
                  right != NULL ? right + (i - from) : NULL);
    }
    if (w->is_past)
        return;
    struct run_rule *r = w->rule;
    if (r->origin_ts == INT64_MIN || f->ts[from] < r->origin_ts)
        r->origin_ts = f->ts[from];
    if (!isnan(left[end - from - 1]))
        r->value = left[end - from - 1];
    r->is_changed = true;
    f->r->report->bars += (int64_t)(end - from);
}

/* The first row from `row` on that opens at ts or later. */
static size_t
row_at(const struct feed *f, size_t row, int64_t ts)
{
    size_t low = row, high = f->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->ts[middle] < ts)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* --- portions -------------------------------------------------------------
 */

static void
compute(struct feed *f)
{
    double *out[INDICATOR_COUNT];
    size_t from = row_at(f, f->n_done, f->next_ts);
    const struct run_series *s = f->ask->series;
    for (size_t i = 0; i < INDICATOR_COUNT; i++) {
        for (size_t k = f->n_done; f->wants[i] && k < from; k++)
            f->indicators[i][k] = NAN;
        out[i] = f->wants[i] ? f->indicators[i] + from : NULL;
    }
    if (from == f->n)
        return;
    bool is_short = s->interval_s < DAY_S;
    mill_sessions_fill(run_sessions_get(f->r, s, f->ts[from]), f->ts + from,
                       f->n - from, is_short ? f->session : NULL,
                       f->market_open);
    const struct indicator_bars bars = {.n = f->n - from,
                                        .high = f->high + from,
                                        .low = f->low + from,
                                        .close = f->close + from,
                                        .volume = f->volume + from,
                                        .session =
                                            is_short ? f->session : NULL};
    indicator_feed(&f->state.indicators, &bars, out);
}

static void
keep(struct feed *f)
{
    size_t stay = f->n < (size_t)f->ask->back ? f->n : (size_t)f->ask->back;
    size_t from = f->n - stay;
    double *const columns[] = {f->open, f->high, f->low, f->close, f->volume};
    memmove(f->ts, f->ts + from, stay * sizeof *f->ts);
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        memmove(columns[i], columns[i] + from, stay * sizeof(double));
    for (size_t i = 0; i < INDICATOR_COUNT; i++)
        if (f->wants[i])
            memmove(f->indicators[i], f->indicators[i] + from,
                    stay * sizeof(double));
    f->n = f->n_done = stay;
}

static void
feed_portion(struct feed *f)
{
    if (f->ask->computes)
        compute(f);
    for (size_t i = 0; i < f->ask->n_walks; i++) {
        struct run_walk *w = &f->ask->walks[i];
        size_t from = row_at(f, f->n_done, w->from_ts);
        size_t end =
            w->to_ts == INT64_MAX ? f->n : row_at(f, f->n_done, w->to_ts + 1);
        if (from < end)
            feed_rows(f, w, from, end);
    }
    keep(f);
}

/* --- a series -------------------------------------------------------------
 */

static void
want(struct feed *f, const struct alert_term *term)
{
    if (term->kind == ALERT_INDICATOR)
        f->wants[term->indicator] = true;
}

static bool
series_begin(struct feed *f, struct ask *ask, const struct db_field *row,
             struct err *err)
{
    f->ask = ask;
    f->n = f->n_done = 0;
    feature_start(&f->state);
    f->next_ts = INT64_MIN;
    memset(f->wants, 0, sizeof f->wants);
    for (size_t i = 0; i < ask->series->n_rules; i++) {
        want(f, &ask->series->rules[i].rule.left);
        want(f, &ask->series->rules[i].rule.right);
    }
    if (row[8].len < 0)
        return true;
    if (!feature_state_is_valid(row[8].data, (size_t)row[8].len))
        return err_set(err, ERR_INTERNAL, "a saved state of %s is damaged",
                       ask->series->symbol);
    memcpy(&f->state, row[8].data, sizeof f->state);
    f->next_ts = db_field_ts(row[7]) + 1;
    return true;
}

/* Bars are all read: time goes on without them. */
static void
walk_end(struct run *r, const struct run_series *s, struct run_walk *w)
{
    struct alert_event e;
    struct run_rule *rule = w->rule;
    bool was_lost = rule->has_state && rule->state.phase == ALERT_NO_DATA &&
                    rule->state.last_ts == w->state.last_ts;
    if (alert_wait(&w->state, &rule->rule, r->options->now_ts, &e) && !was_lost)
        run_event(r, s, w, &e, INT64_MAX);
    if (rule->is_corrected && w->told && w->state.phase != ALERT_ACTIVE &&
        w->state.phase != ALERT_NO_DATA)
        run_event_corrected(r, s, w);
    rule->is_changed = rule->is_changed ||
                       memcmp(&rule->state, &w->state, sizeof w->state) != 0;
    rule->state = w->state;
    if (rule->state.last_ts > rule->seen_ts)
        rule->seen_ts = rule->state.last_ts;
}

static void
series_end(struct run *r, const struct ask *ask)
{
    for (size_t i = 0; i < ask->n_walks; i++)
        if (!ask->walks[i].is_past)
            walk_end(r, ask->series, &ask->walks[i]);
    r->report->rules += (int64_t)ask->series->n_rules;
}

static bool
take_row(void *arg, const struct db_field *row, int n, struct err *err)
{
    struct feed *f = arg;
    (void)n;
    if (row[1].len < 0) {
        if (f->ask != NULL)
            feed_portion(f);
        return series_begin(f, &f->asks[db_field_i64(row[0]) - 1], row, err);
    }
    size_t i = f->n++;
    f->ts[i] = db_field_ts(row[1]);
    f->open[i] = db_field_f64(row[2]);
    f->high[i] = db_field_f64(row[3]);
    f->low[i] = db_field_f64(row[4]);
    f->close[i] = db_field_f64(row[5]);
    f->volume[i] = db_field_f64(row[6]);
    if (f->n == BACK_MAX + PORTION)
        feed_portion(f);
    return true;
}

/* --- all ------------------------------------------------------------------
 */

static const char *
list(struct arena *a, const struct ask *asks, size_t n,
     const char *item(struct arena *, const struct ask *))
{
    struct buf *b = buf_new(a);
    for (size_t i = 0; i < n; i++) {
        buf_addc(b, i == 0 ? '{' : ',');
        buf_adds(b, item(a, &asks[i]));
    }
    buf_addc(b, '}');
    return b->data;
}

static const char *
instrument_of(struct arena *a, const struct ask *ask)
{
    return fmt_i64(a, ask->series->instrument_id);
}

static const char *
interval_of(struct arena *a, const struct ask *ask)
{
    return fmt_i64(a, ask->series->interval_s);
}

static const char *
from_of(struct arena *a, const struct ask *ask)
{
    return fmt_i64(a, ask->from_ts);
}

static const char *
to_of(struct arena *a, const struct ask *ask)
{
    return fmt_i64(a, ask->series->over_ts);
}

static const char *
back_of(struct arena *a, const struct ask *ask)
{
    return fmt_i64(a, ask->back);
}

static const char *
computes_of(struct arena *a, const struct ask *ask)
{
    (void)a;
    return fmt_bool(ask->computes);
}

/* Minutes and longer intervals are in parts of their own. */
static bool
read_asks(struct feed *f, struct ask *asks, size_t n, const char *part,
          struct err *err)
{
    struct arena *a = f->r->a;
    if (n == 0)
        return true;
    f->asks = asks;
    f->n_asks = n;
    f->ask = NULL;
    struct db_args args = DB_ARGS(
        list(a, asks, n, instrument_of), list(a, asks, n, interval_of),
        list(a, asks, n, from_of), list(a, asks, n, to_of),
        list(a, asks, n, back_of), list(a, asks, n, computes_of),
        fmt_i64(a, mill_version()), fmt_i64(a, sizeof(struct feature_state)));
    if (!db_copy_out_part(f->r->db, SQL_alert_run_bars, part, args, take_row, f,
                          err))
        return false;
    if (f->ask != NULL)
        feed_portion(f);
    return true;
}

/* What is to be read of a series; false: nothing. */
static bool
ask_of(struct arena *a, struct run_series *s, struct ask *out)
{
    *out = (struct ask){.series = s, .from_ts = INT64_MAX, .back = 1};
    run_begin(a, s, &out->walks, &out->n_walks);
    for (size_t i = 0; i < s->n_rules; i++) {
        const struct alert_rule *rule = &s->rules[i].rule;
        const struct alert_term *terms[] = {&rule->left, &rule->right};
        for (size_t k = 0; k < COUNT_OF(terms); k++) {
            int back = alert_term_lookback(terms[k]) + 1;
            out->back = back > out->back ? back : out->back;
            out->computes |= terms[k]->kind == ALERT_INDICATOR;
        }
    }
    for (size_t i = 0; i < out->n_walks; i++)
        if (out->walks[i].from_ts < out->from_ts)
            out->from_ts = out->walks[i].from_ts;
    if (out->from_ts > s->over_ts || s->over_ts == INT64_MIN)
        return false;
    if (out->from_ts < first_time)
        out->from_ts = first_time;
    return true;
}

static double *
column(struct arena *a)
{
    return arena_array(a, BACK_MAX + PORTION, sizeof(double));
}

static struct feed *
feed_new(struct run *r)
{
    struct arena *a = r->a;
    struct feed *f = arena_alloc(a, sizeof *f);
    f->r = r;
    f->ts = arena_array(a, BACK_MAX + PORTION, sizeof *f->ts);
    f->session = arena_array(a, BACK_MAX + PORTION, sizeof *f->session);
    f->market_open = arena_array(a, BACK_MAX + PORTION, sizeof(bool));
    double **const columns[] = {&f->open,   &f->high, &f->low,  &f->close,
                                &f->volume, &f->left, &f->right};
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        *columns[i] = column(a);
    for (size_t i = 0; i < INDICATOR_COUNT; i++)
        f->indicators[i] = column(a);
    return f;
}

bool
run_feed(struct run *r, struct err *err)
{
    struct ask *coarse = arena_array(r->a, r->n_series, sizeof *coarse);
    struct ask *minute = arena_array(r->a, r->n_series, sizeof *minute);
    struct ask *none = arena_array(r->a, r->n_series, sizeof *none);
    size_t n_coarse = 0, n_minute = 0, n_none = 0;
    struct feed *f = feed_new(r);
    for (size_t i = 0; i < r->n_series; i++) {
        struct ask ask;
        if (!ask_of(r->a, &r->series[i], &ask))
            none[n_none++] = ask;
        else if (r->series[i].interval_s == MINUTE_S)
            minute[n_minute++] = ask;
        else
            coarse[n_coarse++] = ask;
    }
    bool ok = read_asks(f, coarse, n_coarse, "coarse", err) &&
              read_asks(f, minute, n_minute, "minute", err);
    for (size_t i = 0; ok && i < n_coarse; i++)
        series_end(r, &coarse[i]);
    for (size_t i = 0; ok && i < n_minute; i++)
        series_end(r, &minute[i]);
    for (size_t i = 0; ok && i < n_none; i++)
        series_end(r, &none[i]);
    return ok;
}
