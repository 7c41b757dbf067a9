/* What the files of core/alert_condition.h share. */
#ifndef CORE_ALERT_CONDITION_OWN_H
#define CORE_ALERT_CONDITION_OWN_H

#include "core/alert_condition.h"

/* One look of one condition. */
struct alert_look {
    struct arena *a;
    struct db *db;
    const struct alert_condition *condition;
    double threshold;
    const char *subject; /* NULL: any */
    int64_t now_ts;
    struct alert_finding *found;
    size_t n, max;
};

typedef bool alert_look_fn(struct alert_look *l, struct err *err);
alert_look_fn alert_look_run_failed, alert_look_run_partial,
    alert_look_data_late, alert_look_quality, alert_look_outage,
    alert_look_quota, alert_look_refused, alert_look_old, alert_look_disk,
    alert_look_queue;

#endif
