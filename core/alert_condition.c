#include "core/alert_condition_own.h"

#include <math.h>
#include <string.h>

static const struct alert_condition conditions[] = {
    {.name = "run_failed",
     .title = "A run failed",
     .subject = "schedule",
     .threshold = NAN,
     .look = alert_look_run_failed},
    {.name = "run_partial",
     .title = "Runs keep missing some sources",
     .subject = "schedule",
     .unit = "runs",
     .threshold = 3,
     .min = 1,
     .max = 100,
     .look = alert_look_run_partial},
    {.name = "data_late",
     .title = "Data is late",
     .subject = "instrument",
     .threshold = NAN,
     .look = alert_look_data_late},
    {.name = "quality_below",
     .title = "A day's data is of low quality",
     .subject = "instrument",
     .unit = "score",
     .threshold = 0.9,
     .max = 1,
     .below = true,
     .look = alert_look_quality},
    {.name = "breaker_open",
     .title = "A provider does not answer",
     .subject = "provider",
     .threshold = NAN,
     .look = alert_look_outage},
    {.name = "quota_low",
     .title = "A provider's quota is nearly used",
     .subject = "provider",
     .unit = "percent",
     .threshold = 10,
     .max = 100,
     .below = true,
     .look = alert_look_quota},
    {.name = "model_refused",
     .title = "A model candidate was refused",
     .subject = "model",
     .threshold = NAN,
     .look = alert_look_refused},
    {.name = "model_old",
     .title = "A model is too old",
     .subject = "model",
     .unit = "days",
     .threshold = 7,
     .max = 3650,
     .look = alert_look_old},
    {.name = "disk_low",
     .title = "A disk is nearly full",
     .subject = "file system",
     .unit = "percent",
     .threshold = 10,
     .max = 100,
     .below = true,
     .look = alert_look_disk},
    {.name = "queue_stuck",
     .title = "The queue does not move",
     .unit = "minutes",
     .threshold = 30,
     .min = 1,
     .max = 10080,
     .look = alert_look_queue},
};

const struct alert_condition *
alert_conditions(size_t *n)
{
    *n = COUNT_OF(conditions);
    return conditions;
}

const struct alert_condition *
alert_condition_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(conditions); i++)
        if (strcmp(conditions[i].name, name) == 0)
            return &conditions[i];
    return NULL;
}

bool
alert_condition_look(struct arena *a, struct db *db,
                     const struct alert_condition *condition, double threshold,
                     const char *subject, int64_t now_ts,
                     struct alert_finding **out, size_t *n, struct err *err)
{
    struct alert_look look = {
        .a = a,
        .db = db,
        .condition = condition,
        .threshold = isnan(threshold) ? condition->threshold : threshold,
        .subject = subject,
        .now_ts = now_ts,
    };
    if (!condition->look(&look, err))
        return err_wrap(err, "look at condition %s", condition->name);
    *out = look.found;
    *n = look.n;
    return true;
}
