/* What the files core/validate*.c share. Nobody else includes this. */
#ifndef CORE_VALIDATE_OWN_H
#define CORE_VALIDATE_OWN_H

#include "core/validate.h"

/* A row under judgement. */
struct validate_judge {
    struct arena *a;
    const struct validate_rules *rules;
    const struct validate_context *context;
    const struct series_row *row;
    struct validate_findings *out;
};

/* What is said of it. */
struct validate_said {
    const char *field, *value, *expected;
};

/* The row breaks the rule: refuses or flags it. True when it is refused; then
 * nothing else is said of it. */
bool validate_broken(struct validate_judge *j, enum validate_rule rule,
                     bool must_refuse, const struct validate_said *said);

/* The shortest text; "" for NaN. */
const char *validate_number(struct arena *a, double v);
/* As people read it: four digits. */
const char *validate_about(struct arena *a, double v);
/* ISO; "" for SERIES_NO_TS. */
const char *validate_time(struct arena *a, int64_t ts);

#endif
