/* Decisions: what may be decided, in words, around the function of the
 * database that does it. */
#include "core/desk.h"

#include "core/run.h"
#include "core/validate.h"
#include "lib/buf.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

static const char *const verb[] = {
    [DESK_ACCEPT] = "accept",
    [DESK_CORRECT] = "correct",
    [DESK_REJECT] = "reject",
    [DESK_REOPEN] = "reopen",
};

/* How it went, as the function says it. */
static const struct outcome {
    const char *name;
    enum err_kind kind;
    const char *words;   /* of one row; %lld: a load */
    const char *several; /* ends "3 " */
} outcomes[] = {
    {"missing", ERR_MISSING, "there is no such row", "not there"},
    {"decided", ERR_CONFLICT,
     "somebody has decided about it already: reopen it first",
     "decided already"},
    {"open", ERR_CONFLICT, "it is open: there is no decision to take back",
     "open"},
    {"no_time", ERR_INPUT, "its time cannot be read, so it cannot be stored",
     "without a readable time"},
    {"no_price", ERR_INPUT,
     "not all its prices are known as numbers: correct it, or reject it",
     "without a readable price"},
    {"not_aligned", ERR_INPUT,
     "its time is no opening time of its interval, so it cannot be stored",
     "off their interval"},
    {"out_of_reach", ERR_INPUT,
     "minute bars are stored from 1970 to 2100, so it cannot be stored",
     "outside 1970 to 2100"},
    {"twice", ERR_CONFLICT, "another row of its time was stored just now",
     "of the time of another one that was stored"},
    {"built_on", ERR_CONFLICT,
     "load %lld has brought another bar for its time since: undo that first",
     "built on by later loads"},
    {"undone", ERR_CONFLICT,
     "load %lld, whose bar was taken out, was undone since",
     "of loads that were undone since"},
};

static const struct outcome *
outcome_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        if (strcmp(name, outcomes[i].name) == 0)
            return &outcomes[i];
    return NULL; /* done */
}

bool
desk_fits(struct arena *a, const struct desk_row *row,
          const struct desk_decision *d, const char **field, const char **words)
{
    struct validate_rules all;
    struct validate_findings found;
    for (size_t i = 0; i < VALIDATE_RULE_COUNT; i++) {
        all.rule[i].severity = VALIDATE_REFUSE;
        all.rule[i].threshold = NAN;
    }
    const struct validate_context context = {.interval_s = row->interval_s,
                                             .price_min = row->price_min,
                                             .price_max = row->price_max,
                                             .jump_frac = NAN,
                                             .now_ts = INT64_MAX};
    const struct series_row bar = {.ts = row->ts,
                                   .open = d->open,
                                   .high = d->high,
                                   .low = d->low,
                                   .close = d->close,
                                   .volume = d->volume};
    if (validate_row(a, &all, &context, &bar, &found))
        return true;
    *field = found.of[0].field;
    *words = arena_printf(a, "should be %s", found.of[0].expected);
    return false;
}

struct decide {
    struct arena *a;
    const int64_t *ids;
    size_t n;
    const struct desk_decision *decision;
    struct desk_result *out;
    struct db_rows *rows; /* how it went */
};

static const char *
id_array(struct arena *a, const int64_t *ids, size_t n)
{
    const char **texts = arena_array(a, n, sizeof *texts);
    for (size_t i = 0; i < n; i++)
        texts[i] = fmt_i64(a, ids[i]);
    return fmt_array(a, texts, n);
}

static const char *
values_array(struct arena *a, const struct desk_decision *d)
{
    const char *const v[] = {fmt_f64(a, d->open), fmt_f64(a, d->high),
                             fmt_f64(a, d->low), fmt_f64(a, d->close),
                             fmt_f64(a, d->volume)};
    return fmt_array(a, v, COUNT_OF(v));
}

/* Sums up what could not be decided: "2 were decided already, 1 ...". */
static void
count_rows(struct decide *c)
{
    int64_t left[COUNT_OF(outcomes)] = {0};
    struct buf *words = buf_new(c->a);
    for (int i = 0; i < db_count(c->rows); i++) {
        const struct outcome *o = outcome_find(db_text(c->rows, i, "outcome"));
        if (o == NULL)
            c->out->n_done++;
        else
            left[o - outcomes]++;
    }
    left[0] = (int64_t)c->n - db_count(c->rows);
    for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
        c->out->n_left += left[i];
        if (left[i] > 0)
            buf_addf(words, "%s%s %s", words->len > 0 ? ", " : "",
                     fmt_count(c->a, left[i]), outcomes[i].several);
    }
    c->out->left = words->len > 0 ? words->data : NULL;
}

/* The instruments of which something was decided. */
static const char *
decided_instruments(const struct decide *c)
{
    int n = db_count(c->rows);
    const char **ids = arena_array(c->a, (size_t)n, sizeof *ids);
    size_t kept = 0;
    for (int i = 0; i < n; i++) { /* they come by instrument */
        const char *id = db_text(c->rows, i, "instrument_id");
        if (outcome_find(db_text(c->rows, i, "outcome")) == NULL &&
            (kept == 0 || strcmp(ids[kept - 1], id) != 0))
            ids[kept++] = id;
    }
    return kept == 0 ? NULL : fmt_array(c->a, ids, kept);
}

/* One run for all instruments that no queued run will mill and retrain. */
static bool
queue_run(struct decide *c, struct db *db, struct err *err)
{
    static const char *const steps[] = {"process", "retrain"};
    const char *instruments = decided_instruments(c);
    struct db_rows *rows;
    if (instruments == NULL)
        return true;
    if (!db_query(c->a, db, SQL_desk_runs, DB_ARGS(instruments), &rows, err))
        return false;
    const char **symbols =
        arena_array(c->a, (size_t)db_count(rows), sizeof *symbols);
    size_t n = 0;
    for (int i = 0; i < db_count(rows); i++) {
        if (db_is_null(rows, i, "run_id"))
            symbols[n++] = db_text(rows, i, "symbol");
        else
            c->out->run_id = db_i64(rows, i, "run_id");
    }
    if (n == 0)
        return true;
    const struct run_request request = {
        .trigger = "console",
        .requested_by = c->decision->who,
        .reason = "decisions about quarantined rows",
        .instruments = symbols,
        .n_instruments = n,
        .steps = steps,
        .n_steps = COUNT_OF(steps),
        .simulated = c->decision->simulated,
    };
    c->out->run_is_new = true;
    return run_enqueue(db, &request, &c->out->run_id, err);
}

static bool
decide_tx(struct db *db, void *arg, struct err *err)
{
    struct decide *c = arg;
    const struct desk_decision *d = c->decision;
    *c->out = (struct desk_result){0};
    if (!db_query(
            c->a, db, SQL_desk_decide,
            DB_ARGS(id_array(c->a, c->ids, c->n), verb[d->verdict],
                    d->verdict == DESK_CORRECT ? values_array(c->a, d) : NULL,
                    d->who, d->address == NULL ? "" : d->address, d->note),
            &c->rows, err))
        return false;
    count_rows(c);
    return queue_run(c, db, err);
}

bool
desk_decide_many(struct arena *a, struct db *db, const int64_t *ids, size_t n,
                 const struct desk_decision *decision, struct desk_result *out,
                 struct err *err)
{
    struct decide c = {
        .a = a, .ids = ids, .n = n, .decision = decision, .out = out};
    if (n == 0)
        return err_set(err, ERR_INPUT, "no row was chosen");
    if (n > DESK_ROWS_MAX)
        return err_set(err, ERR_INPUT, "%zu rows at once: at most %d", n,
                       DESK_ROWS_MAX);
    return db_tx(db, decide_tx, &c, err);
}

/* As it went with the one row there is. */
static bool
check_outcome(struct decide *c, int64_t id, struct err *err)
{
    const struct outcome *o = &outcomes[0];
    int64_t load_id = 0;
    if (db_count(c->rows) > 0) {
        o = outcome_find(db_text(c->rows, 0, "outcome"));
        load_id = db_i64(c->rows, 0, "load_id");
    }
    if (o == NULL)
        return true;
    const char *sign = strstr(o->words, "%lld");
    if (sign == NULL)
        return err_set(err, o->kind, "quarantine row %lld: %s", (long long)id,
                       o->words);
    return err_set(err, o->kind, "quarantine row %lld: %.*s%lld%s",
                   (long long)id, (int)(sign - o->words), o->words,
                   (long long)load_id, sign + 4);
}

bool
desk_decide(struct arena *a, struct db *db, int64_t id,
            const struct desk_decision *decision, struct desk_result *out,
            struct err *err)
{
    struct decide c = {
        .a = a, .ids = &id, .n = 1, .decision = decision, .out = out};
    struct desk_row row;
    const char *field, *words;
    if (!desk_get(a, db, id, &row, err))
        return false;
    if (decision->verdict == DESK_CORRECT &&
        !desk_fits(a, &row, decision, &field, &words))
        return err_set(err, ERR_INPUT, "%s %s", field, words);
    return db_tx(db, decide_tx, &c, err) && check_outcome(&c, id, err);
}
