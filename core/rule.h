/* Validation rules as people see and change them: for all instruments, and for
 * one of them. What they mean is in core/validate.h. Every change is audited,
 * and refused where somebody else was faster. */
#ifndef CORE_RULE_H
#define CORE_RULE_H

#include "lib/db.h"

/* Severity and threshold, of all instruments or of one. */
struct rule_value {
    const char *severity; /* refuse, flag, off; NULL: as for all */
    double threshold;     /* NaN: none, or as for all */
};

struct rule {
    const char *name, *description;
    const char *unit; /* of the threshold, "hours"; NULL: it has none */
    struct rule_value all, own;
};

/* In the order in which they are tried. instrument_id 0: own is empty. */
MUST_USE bool rule_list(struct arena *a, struct db *db, int64_t instrument_id,
                        struct rule **out, size_t *n, struct err *err);

struct rule_change {
    const char *rule;
    int64_t instrument_id; /* 0: for all */
    const char *symbol;    /* of it, for the audit */
    struct rule_value was, is;
};
/* fails   ERR_INPUT: no such rule, severity or threshold; ERR_CONFLICT: it is
 *         no longer what it was */
MUST_USE bool rule_set(struct db *db, const struct rule_change *change,
                       const char *who, const char *address, struct err *err);

/* Bounds of an instrument's plausible prices; NaN: none. */
struct rule_bounds {
    double price_min, price_max;
    double jump_frac; /* rule jump's threshold */
};
struct rule_bounds_change {
    int64_t instrument_id;
    const char *symbol;
    struct rule_bounds was, is;
};
/* fails   as rule_set */
MUST_USE bool rule_bounds_set(struct db *db,
                              const struct rule_bounds_change *change,
                              const char *who, const char *address,
                              struct err *err);

/* Symbols of instruments that have a rule or bounds of their own. */
MUST_USE bool rule_owners(struct arena *a, struct db *db, const char ***out,
                          size_t *n, struct err *err);

#endif
