/* Validation: which rows of a response or a file may be stored.
 *
 * The rules are data (table validation_rule): each has a severity, refuse, flag
 * or off, and some a threshold. A row that breaks a refusing rule is refused
 * with the first such rule, in the order of enum validate_rule; a row that
 * breaks flagging ones is stored and doubted with each. What cannot be stored
 * at all (no time, no price, a second bar of one time) is refused whatever the
 * severity.
 */
#ifndef CORE_VALIDATE_H
#define CORE_VALIDATE_H

#include "core/quarantine.h"
#include "core/series.h"
#include "lib/db.h"

/* RULE(id, "name") in the order in which they are tried. */
#define VALIDATE_RULES(RULE)                                                   \
    RULE(REQUIRED, "required")                                                 \
    RULE(NUMERIC, "numeric")                                                   \
    RULE(ALIGNED, "aligned")                                                   \
    RULE(FUTURE, "future")                                                     \
    RULE(PAST, "past")                                                         \
    RULE(POSITIVE, "positive")                                                 \
    RULE(BOUNDS, "bounds")                                                     \
    RULE(VOLUME, "volume")                                                     \
    RULE(HIGH_LOW, "high_low")                                                 \
    RULE(DUPLICATE, "duplicate")                                               \
    RULE(ORDER, "order")                                                       \
    RULE(JUMP, "jump")

enum validate_rule {
#define RULE(id, name) VALIDATE_##id,
    VALIDATE_RULES(RULE)
#undef RULE
        VALIDATE_RULE_COUNT,
};

enum validate_severity { VALIDATE_OFF, VALIDATE_FLAG, VALIDATE_REFUSE };

struct validate_rules {
    struct {
        enum validate_severity severity;
        double threshold; /* NaN: none */
    } rule[VALIDATE_RULE_COUNT];
};

/* Reads the table, once for a run. A rule that the table lacks is off. */
MUST_USE bool validate_rules_get(struct db *db, struct validate_rules *out,
                                 struct err *err);

/* What the rows are judged by. */
struct validate_context {
    int32_t interval_s;
    double price_min, price_max; /* NaN: none. A price of zero or less needs
                                  * price_min to allow it. */
    double jump_frac;  /* largest change of close to close, as a fraction; NaN:
                        * the rule's threshold, or no limit */
    int64_t now_ts;    /* bars that open later are in the future */
    int64_t before_ts; /* the stored bar before the first row: its time */
    double before_close; /* and close; NaN: none */
};

struct validate_result {
    struct series_row *good; /* to be stored: strictly increasing in time */
    size_t n_good;
    struct doubt *doubts; /* refusals and flags, in the order of the rows */
    size_t n_doubts;
    size_t n_refused; /* rows refused: n_good + n_refused is the rows given */
    size_t n_flagged; /* rows stored with at least one doubt */
};

/* Judges all rows of one response.
 *
 * Time order: a response that is newest first throughout is turned round.
 * Otherwise the fewest rows are refused (rule order) that leave the rest in
 * order, so one misplaced row costs itself only. Of rows of one time the
 * first is kept (rule duplicate; the text says whether they differ).
 *
 * memory  the result lives on a, and borrows texts of the rows
 */
void validate(struct arena *a, const struct validate_rules *rules,
              const struct validate_context *context, const struct series *rows,
              struct validate_result *out);

/* --- row by row, for files of any size ----------------------------------- */

/* What one rule says of one row. */
struct validate_finding {
    enum validate_rule rule;
    bool flag; /* stored all the same; else refused */
    const char *field, *value, *expected;
};

/* A refused row has one finding, the refusal. */
struct validate_findings {
    struct validate_finding of[VALIDATE_RULE_COUNT];
    size_t n;
};

/* The rules about one row alone, REQUIRED to HIGH_LOW. True when it may be
 * stored. The jump fields of the context are not looked at.
 *
 * memory  texts on a, for rows that break a rule only */
bool validate_row(struct arena *a, const struct validate_rules *rules,
                  const struct validate_context *context,
                  const struct series_row *row, struct validate_findings *out);

/* Rule jump: from the close of the row that was stored before it (NaN: none).
 * True when it may be stored; adds to out, or refuses. */
bool validate_jump(struct arena *a, const struct validate_rules *rules,
                   const struct validate_context *context, double last_close,
                   const struct series_row *row, struct validate_findings *out);

/* Refuses the second row of one time; place names the first, "line 7". */
void validate_repeat(struct arena *a, const struct series_row *first,
                     const struct series_row *second, const char *place,
                     struct validate_findings *out);

/* Rule order. True when it may be stored. */
bool validate_misplaced(struct arena *a, const struct validate_rules *rules,
                        const struct series_row *row, const char *expected,
                        struct validate_findings *out);

/* Equal values; absent volumes are equal. */
bool validate_is_same(const struct series_row *x, const struct series_row *y);

/* The finding as quarantine keeps it. */
struct doubt validate_doubt(struct arena *a, const struct series_row *row,
                            const struct validate_finding *f);

#endif
