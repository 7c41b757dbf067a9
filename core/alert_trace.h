/* A series of any length as so many points as a picture can show: of each
 * stretch of bars its lowest and its highest value. Fed in portions, in
 * constant memory. Pure.
 */
#ifndef CORE_ALERT_TRACE_H
#define CORE_ALERT_TRACE_H

#include "lib/arena.h"

#include <stddef.h>
#include <stdint.h>

enum { ALERT_TRACE_STRETCHES = 1024 };

struct alert_trace;

struct alert_trace *alert_trace_new(struct arena *a);

/* The next bars, newer than all before; NaN where there is no value. */
void alert_trace_feed(struct alert_trace *t, const int64_t *ts,
                      const double *values, size_t n);

/* At most two points for each stretch, oldest first; NaN where a whole stretch
 * has no value. Every bar is a point while they are few. */
struct alert_points {
    size_t n;
    const double *ts, *value;
};
struct alert_points alert_trace_points(struct arena *a,
                                       const struct alert_trace *t);

#endif
