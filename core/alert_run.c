#include "core/alert_run_own.h"
#include "lib/format.h"

enum { SERIES_AT_ONCE = 1000, TRIES = 4 };

/* --- keeping --------------------------------------------------------------
 */

enum { STATE_COLUMNS = 14 };

static const char *
time_or_null(struct arena *a, int64_t ts)
{
    return ts == INT64_MIN ? NULL : fmt_i64(a, ts);
}

static const char *
marks_text(struct arena *a, const struct run_marks *m)
{
    static const char digits[] = "0123456789abcdef";
    size_t size = m->n * sizeof m->at[0];
    const unsigned char *bytes = (const unsigned char *)m->at;
    char *out = arena_array(a, 2 * size + 1, 1);
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    return out;
}

static void
state_row(struct arena *a, const char *symbol, const struct run_rule *r,
          const char **const *columns, size_t row)
{
    const struct alert_state *state = &r->state;
    const char *const values[STATE_COLUMNS] = {
        fmt_i64(a, r->id),
        symbol,
        alert_phase_name((enum alert_phase)state->phase),
        alert_phase_name((enum alert_phase)state->before),
        fmt_i64(a, state->held),
        fmt_i64(a, state->side),
        time_or_null(a, state->last_ts),
        time_or_null(a, state->since_ts),
        time_or_null(a, state->fired_ts),
        fmt_f64(a, r->value),
        fmt_i64(a, r->version),
        time_or_null(a, r->origin_ts),
        time_or_null(a, r->seen_ts),
        marks_text(a, &r->marks),
    };
    for (size_t i = 0; i < STATE_COLUMNS; i++)
        columns[i][row] = values[i];
}

static bool
keep_states(struct run *r, struct err *err)
{
    struct arena *a = r->a;
    size_t cap = r->n_faults, n = 0;
    const char **columns[STATE_COLUMNS], *args[STATE_COLUMNS];
    for (size_t i = 0; i < r->n_series; i++)
        cap += r->series[i].n_rules;
    for (size_t i = 0; i < STATE_COLUMNS; i++)
        columns[i] = arena_array(a, cap, sizeof **columns);
    for (size_t i = 0; i < r->n_series; i++)
        for (size_t k = 0; k < r->series[i].n_rules; k++)
            if (r->series[i].rules[k].is_changed)
                state_row(a, r->series[i].symbol, &r->series[i].rules[k],
                          columns, n++);
    for (size_t i = 0; i < r->n_faults; i++)
        state_row(a, r->faults[i].symbol, &r->faults[i].rule, columns, n++);
    if (n == 0)
        return true;
    for (size_t i = 0; i < STATE_COLUMNS; i++)
        args[i] = fmt_array(a, columns[i], n);
    return db_exec(r->db, SQL_alert_run_states,
                   (struct db_args){.n = STATE_COLUMNS, .v = args}, NULL, err);
}

/* Bars that are not over are looked at when they are. */
static bool
keep_notes(struct run *r, struct err *err)
{
    struct arena *a = r->a;
    const char **columns[4], *args[COUNT_OF(columns)];
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        columns[i] = arena_array(a, r->n_series, sizeof **columns);
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = &r->series[i];
        if (s->n_rules == 0 || s->due_ts == INT64_MAX)
            continue;
        columns[0][n] = fmt_i64(a, s->instrument_id);
        columns[1][n] = fmt_i64(a, s->interval_s);
        columns[2][n] = fmt_i64(a, s->rest_ts);
        columns[3][n++] = fmt_i64(a, s->due_ts);
    }
    if (n == 0)
        return true;
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        args[i] = fmt_array(a, columns[i], n);
    return db_exec(r->db, SQL_alert_run_keep,
                   (struct db_args){.n = COUNT_OF(columns), .v = args}, NULL,
                   err);
}

/* --- transactions ---------------------------------------------------------
 */

static bool
settle(struct db *db, struct alert_run_report *report, struct err *err)
{
    int64_t told = 0, next_s = -1;
    if (!incident_settle(db, &told, &next_s, err))
        return false;
    report->told += told;
    report->next_s = next_s;
    return true;
}

struct batch {
    const struct alert_run_options *options;
    struct alert_run_report *report;
    bool is_last;
};

static bool
series_in_tx(struct db *db, void *arg, struct err *err)
{
    struct batch *b = arg;
    struct arena *a = arena_new();
    struct run r = {.a = a,
                    .db = db,
                    .options = b->options,
                    .report = b->report,
                    .events = run_events_new(a)};
    /* a statement before the others, to see what the lock's holder committed */
    bool ok = db_exec(db, SQL_alert_run_lock, DB_NONE, NULL, err) &&
              run_take(&r, SERIES_AT_ONCE, err) && run_heads(&r, err) &&
              run_feed(&r, err) && keep_states(&r, err) &&
              keep_notes(&r, err) && run_events_keep(&r, err) &&
              settle(db, b->report, err);
    b->is_last = r.n_series < SERIES_AT_ONCE;
    arena_free(a);
    return ok;
}

static bool
settle_in_tx(struct db *db, void *arg, struct err *err)
{
    struct batch *b = arg;
    return db_exec(db, SQL_alert_run_lock, DB_NONE, NULL, err) &&
           settle(db, b->report, err);
}

/* Somebody changes rules, acknowledges or sends meanwhile: what was taken is
 * taken back, and is done again. */
static bool
again(struct db *db, struct batch *b,
      bool turn(struct db *, struct batch *, struct err *), struct err *err)
{
    const struct alert_run_report before = *b->report;
    for (int i = 1; !turn(db, b, err); i++) {
        bool may_pass = err->kind == ERR_RETRY || err->kind == ERR_CONFLICT;
        if (!may_pass || i == TRIES || db_in_tx(db) || !db_is_connected(db))
            return false;
        *b->report = before;
    }
    return true;
}

static bool
series_turn(struct db *db, struct batch *b, struct err *err)
{
    return db_tx(db, series_in_tx, b, err);
}

static bool
pipeline_turn(struct db *db, struct batch *b, struct err *err)
{
    return run_pipeline(db, b->options, b->report, err);
}

static bool
settle_turn(struct db *db, struct batch *b, struct err *err)
{
    return db_tx(db, settle_in_tx, b, err);
}

/* --- what is due ----------------------------------------------------------
 */

struct look {
    bool series, incidents;
    int64_t next_s; /* -1: none */
};

static bool
look(struct db *db, int64_t now_ts, struct look *out, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query_one(a, db, SQL_alert_run_look,
                           DB_ARGS(fmt_i64(a, now_ts)), &rows, err);
    if (ok)
        *out =
            (struct look){.series = db_bool(rows, 0, "series"),
                          .incidents = db_bool(rows, 0, "incidents"),
                          .next_s = db_is_null(rows, 0, "next_ts")
                                        ? -1
                                        : db_i64(rows, 0, "next_ts") - now_ts};
    arena_free(a);
    return ok;
}

static bool
run_all_series(struct db *db, struct batch *b, struct err *err)
{
    do {
        if (!again(db, b, series_turn, err))
            return false;
        if (b->options->progress != NULL &&
            !b->options->progress(b->options->arg, b->report->rules))
            return err_set(err, ERR_RETRY, "evaluation was stopped");
    } while (!b->is_last);
    return true;
}

bool
alert_run(struct db *db, const struct alert_run_options *options,
          struct alert_run_report *out, struct err *err)
{
    struct batch b = {.options = options, .report = out};
    struct look now;
    *out = (struct alert_run_report){.next_s = -1};
    if (!look(db, options->now_ts, &now, err))
        return err_wrap(err, "look for alerts");
    bool changed = now.series || options->pipeline;
    if (now.series && !run_all_series(db, &b, err))
        return err_wrap(err, "evaluate alert rules");
    if (options->pipeline && !again(db, &b, pipeline_turn, err))
        return err_wrap(err, "evaluate alert rules on the pipeline");
    if (!changed && now.incidents && !again(db, &b, settle_turn, err))
        return err_wrap(err, "settle incidents");
    if (changed && !look(db, options->now_ts, &now, err))
        return err_wrap(err, "look for alerts");
    if (out->next_s < 0 || (now.next_s >= 0 && now.next_s < out->next_s))
        out->next_s = now.next_s;
    return true;
}
