#include "core/alert_condition.h"

#include <math.h>
#include <string.h>

static const struct alert_condition conditions[] = {
    {.name = "run_failed",
     .title = "A run failed",
     .subject = "schedule",
     .threshold = NAN},
    {.name = "run_partial",
     .title = "Runs keep missing some sources",
     .subject = "schedule",
     .unit = "runs",
     .threshold = 3,
     .min = 1,
     .max = 100},
    {.name = "data_late",
     .title = "Data is late",
     .subject = "instrument",
     .threshold = NAN},
    {.name = "quality_below",
     .title = "A day's data is of low quality",
     .subject = "instrument",
     .unit = "score",
     .threshold = 0.9,
     .max = 1,
     .below = true},
    {.name = "breaker_open",
     .title = "A provider does not answer",
     .subject = "provider",
     .threshold = NAN},
    {.name = "quota_low",
     .title = "A provider's quota is nearly used",
     .subject = "provider",
     .unit = "percent",
     .threshold = 10,
     .max = 100,
     .below = true},
    {.name = "model_refused",
     .title = "A model candidate was refused",
     .subject = "model",
     .threshold = NAN},
    {.name = "model_old",
     .title = "A model is too old",
     .subject = "model",
     .unit = "days",
     .threshold = 7,
     .max = 3650},
    {.name = "disk_low",
     .title = "A disk is nearly full",
     .subject = "file system",
     .unit = "percent",
     .threshold = 10,
     .max = 100,
     .below = true},
    {.name = "queue_stuck",
     .title = "The queue does not move",
     .unit = "minutes",
     .threshold = 30,
     .min = 1,
     .max = 10080},
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
