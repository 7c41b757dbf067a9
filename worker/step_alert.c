/* The alert step: rules on series are looked at what the run brought, before it
 * says that it is done. Rules on the pipeline, and sending, are `quotemill
 * alert watch`'s. What goes wrong here never fails a run whose data is good:
 * the notes of what came stay, and are looked at again. */
#include "core/alert_run.h"
#include "lib/format.h"
#include "lib/log.h"
#include "worker/pipeline.h"

static bool
go_on(void *arg, int64_t rules)
{
    (void)rules;
    return pipeline_halt(arg) == HALT_NONE;
}

static const char *
words(struct arena *a, const struct alert_run_report *r)
{
    if (r->rules == 0)
        return "no rule was due";
    return arena_printf(
        a, "%s evaluated: %lld fired, %lld resolved%s",
        fmt_plural(a, r->rules, "rule", "rules"), (long long)r->fired,
        (long long)r->resolved,
        r->retroactive == 0
            ? ""
            : arena_printf(a, ", %lld in the past", (long long)r->retroactive));
}

bool
step_alert(struct arena *a, struct pipeline *p, int64_t step_id,
           struct step_end *end, struct err *err)
{
    (void)step_id;
    struct patience patience = {0};
    struct alert_run_report report;
    const struct alert_run_options options = {
        .now_ts = p->worker->clock(), .progress = go_on, .arg = p};
    while (!alert_run(p->db, &options, &report, err)) {
        enum halt halt = pipeline_halt(p);
        if (halt != HALT_NONE && halt != HALT_TIMEOUT)
            return true;
        if (halt == HALT_NONE && pipeline_again(p, &patience, err))
            continue;
        if (!db_is_connected(p->db))
            return false;
        log_event(LOG_ERROR, "alert.failed", "text=\"%s\"", err->text);
        *end = (struct step_end){
            .state = "partial",
            .error = arena_printf(a,
                                  "the data is stored; alert rules will be "
                                  "evaluated later: %s",
                                  err->text)};
        return true;
    }
    *end = (struct step_end){.state = "succeeded", .detail = words(a, &report)};
    return true;
}
