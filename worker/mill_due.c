#include "worker/mill_due.h"

#include "core/mill.h"
#include "lib/format.h"

#include <strings.h>

bool
mill_due_of(struct db *db, const int64_t *instrument_ids, size_t n,
            struct err *err)
{
    struct mill_count count;
    for (size_t i = 0; i < n; i++)
        if (!mill_instrument(db, instrument_ids[i], NULL, &count, err))
            return err_wrap(err, "intervals and indicators");
    return true;
}

static bool
is_named(const char *symbol, const char *const *symbols, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(symbol, symbols[i]) == 0)
            return true;
    return n == 0;
}

bool
mill_due_named(struct arena *a, struct db *db, const char *const *symbols,
               size_t n, struct err *err)
{
    struct mill_due *due;
    size_t n_due, n_named = 0;
    if (!mill_list(a, db, &due, &n_due, err))
        return false;
    int64_t *ids = arena_array(a, n_due, sizeof *ids);
    for (size_t i = 0; i < n_due; i++)
        if (is_named(due[i].symbol, symbols, n))
            ids[n_named++] = due[i].instrument_id;
    return mill_due_of(db, ids, n_named, err);
}

static bool
is_halted(void *arg)
{
    return pipeline_halt(arg) != HALT_NONE;
}

static bool
goes_on(void *arg, int64_t bars)
{
    (void)bars;
    return !is_halted(arg);
}

static bool
mill_or_stop(struct pipeline *p, const struct mill_due *due,
             struct mill_count *count, struct err *err)
{
    const struct mill_options options = {
        .run_id = p->work->id, .progress = goes_on, .arg = p};
    db_set_stop(p->db, is_halted, p);
    bool ok = mill_instrument(p->db, due->instrument_id, &options, count, err);
    db_set_stop(p->db, NULL, NULL);
    return ok;
}

static bool
note_failure(struct pipeline *p, int64_t step_id, const struct mill_due *due,
             const char *text, struct err *err)
{
    struct patience patience = {0};
    struct run_source_note note = {
        .source = due->symbol,
        .instrument_id = due->instrument_id,
        .state = "failed",
        .error_kind = "mill",
        .error = text,
        .next_action = "the bars are stored; the next run computes from them",
    };
    while (!run_source_save(p->db, p->work, step_id, &note, err))
        if (!pipeline_again(p, &patience, err))
            return false;
    return true;
}

/* False only when the run cannot go on. */
static bool
mill_one(struct arena *a, struct pipeline *p, int64_t step_id,
         const struct mill_due *due, struct mill_report *out, struct err *err)
{
    struct patience patience = {0};
    struct mill_count count;
    while (!mill_or_stop(p, due, &count, err)) {
        out->halt = pipeline_halt(p);
        if (out->halt != HALT_NONE)
            return true;
        if (pipeline_again(p, &patience, err))
            continue;
        if (!db_is_connected(p->db))
            return false;
        const char *text = arena_printf(
            a, "its intervals and indicators could not be computed: %s",
            err->text);
        runlog_say(p->log, LOG_WARN, "mill.failed", "%s: %s", due->symbol,
                   text);
        out->failed++;
        return note_failure(p, step_id, due, text, err);
    }
    out->milled++;
    if (count.bars_built + count.rows > 0)
        runlog_say(p->log, LOG_INFO, "mill.done",
                   "%s milled: %s read, %s built, %s of indicators and "
                   "features written",
                   due->symbol,
                   fmt_plural(a, count.bars_read, "minute bar", "minute bars"),
                   fmt_plural(a, count.bars_built, "longer bar", "longer bars"),
                   fmt_plural(a, count.rows, "row", "rows"));
    return true;
}

bool
mill_due_all(struct arena *a, struct pipeline *p, int64_t step_id,
             struct mill_report *out, struct err *err)
{
    struct patience patience = {0};
    struct mill_due *due;
    size_t n;
    *out = (struct mill_report){0};
    while (!mill_list(a, p->db, &due, &n, err))
        if (!pipeline_again(p, &patience, err))
            return false;
    for (size_t i = 0; i < n && out->halt == HALT_NONE; i++) {
        pipeline_progress(p, "mill", (int64_t)i, (int64_t)n,
                          (int64_t)out->failed);
        out->halt = pipeline_halt(p);
        if (out->halt == HALT_NONE &&
            !mill_one(a, p, step_id, &due[i], out, err))
            return false;
    }
    return true;
}
