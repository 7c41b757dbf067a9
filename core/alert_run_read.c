#include "core/alert_run_own.h"
#include "core/alert_words.h"
#include "lib/format.h"
#include "lib/log.h"

#include <math.h>
#include <string.h>

/* --- series ---------------------------------------------------------------
 */

/* Rows of notes: a series begins where instrument or interval differ. */
static void
take_notes(struct run *r, const struct db_rows *rows)
{
    size_t n = (size_t)db_count(rows);
    struct run_note *notes = arena_array(r->a, n, sizeof *notes);
    r->series = arena_array(r->a, n, sizeof *r->series);
    r->n_series = 0;
    for (int i = 0; i < (int)n; i++) {
        int64_t id = db_i64(rows, i, "instrument_id");
        int32_t interval_s = (int32_t)db_i64(rows, i, "interval_s");
        struct run_series *s =
            r->n_series > 0 ? &r->series[r->n_series - 1] : NULL;
        if (s == NULL || s->instrument_id != id || s->interval_s != interval_s)
            s = &r->series[r->n_series++];
        if (s->instrument_id == 0)
            *s = (struct run_series){.instrument_id = id,
                                     .interval_s = interval_s,
                                     .notes = notes + i,
                                     .over_ts = INT64_MIN,
                                     .rest_ts = INT64_MAX,
                                     .due_ts = INT64_MAX};
        if (db_is_null(rows, i, "from_ts"))
            continue;
        s->notes[s->n_notes++] =
            (struct run_note){.from_ts = db_i64(rows, i, "from_ts"),
                              .to_ts = db_i64(rows, i, "to_ts"),
                              .created_us = db_i64(rows, i, "created_us")};
    }
}

/* --- rules ----------------------------------------------------------------
 */

static int64_t
time_of(const struct db_rows *rows, int i, const char *col)
{
    return db_is_null(rows, i, col) ? INT64_MIN : db_i64(rows, i, col);
}

static int32_t
phase_of(const char *name)
{
    int32_t phase = ALERT_OK;
    while (phase < ALERT_FAULT &&
           strcmp(alert_phase_name((enum alert_phase)phase), name) != 0)
        phase++;
    return phase;
}

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c - 'a' + 10;
}

/* What is of another build's shape is no harm: a correction begins at the
 * origin then. */
static void
read_marks(struct arena *a, const char *hex, struct run_marks *out)
{
    size_t size = strlen(hex) / 2, one = sizeof out->at[0];
    *out = (struct run_marks){0};
    if (size == 0 || size % one != 0 || size / one > RUN_MARKS_MAX)
        return;
    out->n = out->cap = size / one;
    out->at = arena_array(a, out->n, one);
    unsigned char *bytes = (unsigned char *)out->at;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(hex_digit(hex[2 * i]) << 4 |
                                   hex_digit(hex[2 * i + 1]));
}

static void
read_state(struct arena *a, const struct db_rows *rows, int i,
           struct run_rule *out)
{
    out->origin_ts = out->seen_ts = INT64_MIN;
    out->value = NAN;
    alert_start(&out->state);
    if (db_is_null(rows, i, "phase"))
        return;
    out->is_aside = phase_of(db_text(rows, i, "phase")) == ALERT_FAULT;
    if (out->is_aside)
        return;
    out->has_state = true;
    out->state = (struct alert_state){
        .phase = phase_of(db_text(rows, i, "phase")),
        .before = phase_of(db_text(rows, i, "before")),
        .held = (int32_t)db_i64(rows, i, "held"),
        .side = (int32_t)db_i64(rows, i, "side"),
        .last_ts = time_of(rows, i, "last_ts"),
        .since_ts = time_of(rows, i, "since"),
        .fired_ts = time_of(rows, i, "fired_at"),
    };
    out->value = db_f64(rows, i, "value");
    out->origin_ts = time_of(rows, i, "origin");
    out->seen_ts = time_of(rows, i, "seen");
    out->told = db_bool(rows, i, "told");
    read_marks(a, db_text(rows, i, "marks"), &out->marks);
}

static bool
read_rule(struct arena *a, const struct db_rows *rows, int i,
          struct run_rule *out, struct err *err)
{
    *out = (struct run_rule){
        .id = db_i64(rows, i, "id"),
        .version = db_i64(rows, i, "version"),
        .owner_id = db_i64(rows, i, "owner_id"),
        .updated_us = db_i64(rows, i, "updated_us"),
        .name = db_text(rows, i, "name"),
        .severity = db_text(rows, i, "severity"),
        .shared = db_bool(rows, i, "shared"),
        .rule = {.for_bars = (int)db_i64(rows, i, "for_bars"),
                 .clear = db_f64(rows, i, "clear_level"),
                 .cooldown_s = db_i64(rows, i, "cooldown_s"),
                 .no_data_s = db_i64(rows, i, "no_data_s"),
                 .once = db_bool(rows, i, "once"),
                 .interval_s = (int32_t)db_i64(rows, i, "interval_s")}};
    read_state(a, rows, i, out);
    const char *text =
        arena_printf(a, "%s %s %s", db_text(rows, i, "left_term"),
                     db_text(rows, i, "op"), db_text(rows, i, "right_term"));
    const char *field, *wrong = NULL;
    return alert_condition_parse(text, &out->rule, err) &&
           ((wrong = alert_rule_check(&out->rule, &field)) == NULL ||
            err_set(err, ERR_INPUT, "%s", wrong));
}

static bool
is_of(const struct run_series *s, const struct db_rows *rows, int i)
{
    return s->instrument_id == db_i64(rows, i, "instrument_id") &&
           s->interval_s == db_i64(rows, i, "interval_s");
}

static void
set_aside(struct run *r, const char *symbol, const struct run_rule *rule,
          const char *why)
{
    if (rule->is_aside)
        return;
    struct run_fault *fault = &r->faults[r->n_faults++];
    *fault = (struct run_fault){.symbol = symbol, .rule = *rule};
    alert_start(&fault->rule.state);
    fault->rule.state.phase = ALERT_FAULT;
    fault->rule.value = NAN;
    fault->rule.origin_ts = fault->rule.seen_ts = INT64_MIN;
    fault->rule.marks.n = 0;
    log_event(LOG_ERROR, "alert.rule", "rule=%lld text=\"%s\"",
              (long long)rule->id, why);
}

/* Both are in one order. A rule that cannot be understood is no harm to the
 * others. */
static bool
take_rules(struct run *r, const struct db_rows *rows, struct err *err)
{
    struct err why;
    int i = 0, n = db_count(rows);
    struct run_rule *rules = arena_array(r->a, (size_t)n, sizeof *rules);
    r->faults = arena_array(r->a, (size_t)n, sizeof *r->faults);
    for (size_t k = 0; k < r->n_series; k++) {
        struct run_series *s = &r->series[k];
        s->rules = rules;
        for (; i < n && is_of(s, rows, i); i++) {
            s->symbol = db_text(rows, i, "symbol");
            s->calendar = calendar_find(r->calendars, r->n_calendars,
                                        db_text(rows, i, "calendar"));
            if (read_rule(r->a, rows, i, &s->rules[s->n_rules], &why))
                s->n_rules++;
            else
                set_aside(r, s->symbol, &s->rules[s->n_rules], why.text);
        }
        rules += s->n_rules;
        if (s->n_rules > 0 && s->calendar == NULL)
            return err_set(err, ERR_INTERNAL, "%s has no calendar", s->symbol);
    }
    return true;
}

bool
run_take(struct run *r, int limit, struct err *err)
{
    struct arena *a = r->a;
    struct db_rows *rows;
    if (!db_query(a, r->db, SQL_alert_run_take,
                  DB_ARGS(fmt_i64(a, r->options->now_ts), fmt_i64(a, limit)),
                  &rows, err))
        return false;
    take_notes(r, rows);
    const char **ids = arena_array(a, r->n_series, sizeof *ids);
    const char **intervals = arena_array(a, r->n_series, sizeof *intervals);
    for (size_t i = 0; i < r->n_series; i++) {
        ids[i] = fmt_i64(a, r->series[i].instrument_id);
        intervals[i] = fmt_i64(a, r->series[i].interval_s);
    }
    struct db_call calls[] = {
        calendar_call(),
        {.sql = SQL_alert_run_rules,
         .args = DB_ARGS(fmt_array(a, ids, r->n_series),
                         fmt_array(a, intervals, r->n_series))}};
    return db_query_many(a, r->db, calls, COUNT_OF(calls), err) &&
           calendar_read(a, calls[0].rows, &r->calendars, &r->n_calendars,
                         err) &&
           take_rules(r, calls[1].rows, err);
}
