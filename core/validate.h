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

#include "core/calendar.h"
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
    RULE(SESSION, "session")                                                   \
    RULE(JUMP, "jump")                                                         \
    RULE(JUMP_Z, "jump_z")                                                     \
    RULE(VOLUME_SPIKE, "volume_spike")                                         \
    RULE(AGREEMENT, "agreement")

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

const char *validate_rule_name(enum validate_rule rule);

/* The rules as they hold for an instrument, which may have its own severity or
 * threshold (table instrument_rule); 0: as they hold for all others. A rule
 * that the table lacks is off. */
MUST_USE bool validate_rules_get(struct db *db, int64_t instrument_id,
                                 struct validate_rules *out, struct err *err);

/* --- what came before ----------------------------------------------------- */

enum {
    VALIDATE_WINDOW_BARS = 64,
    VALIDATE_RETURNS_MIN = 5, /* fewer say nothing about the next */
    VALIDATE_VOLUMES_MIN = 20,
};

/* The bars before a row, as far as rules look back: the last
 * VALIDATE_WINDOW_BARS that were stored, however they came. Whoever has fed
 * those has the same window as one who fed the whole history. */
struct validate_window {
    double last_close; /* NaN: none */
    size_t n;          /* bars fed; each has the place n % WINDOW_BARS */
    double returns[VALIDATE_WINDOW_BARS]; /* |log(close / close before)|; NaN:
                                           * none, or not above 0 */
    double volumes[VALIDATE_WINDOW_BARS]; /* NaN: none */
    int64_t open_from, open_to; /* of rule session: times known to be in one */
};

void validate_window_start(struct validate_window *w);
void validate_window_add(struct validate_window *w, double close,
                         double volume);

/* The window of what is stored before ts. */
MUST_USE bool validate_window_get(struct db *db, int64_t instrument_id,
                                  int32_t interval_s, int64_t ts,
                                  struct validate_window *out, struct err *err);

/* What the rows are judged by. */
struct validate_context {
    int32_t interval_s;
    double price_min, price_max; /* NaN: none. A price of zero or less needs
                                  * price_min to allow it. */
    double jump_frac; /* largest change of close to close, as a fraction; NaN:
                       * the rule's threshold, or no limit */
    int64_t now_ts;   /* bars that open later are in the future */
    const struct calendar *calendar;      /* NULL: sessions are not known */
    const struct validate_window *before; /* the first row; NULL: nothing is.
                                           * For validate() alone */
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

/* The rules about a row among others, SESSION to VOLUME_SPIKE, against the
 * bars before it. True when it may be stored: then it is in the window, too.
 * Adds to out, or refuses.
 *
 *   session       the bar opens outside the calendar's sessions; one shorter
 *                 than a day by more than threshold hours, since vendors give
 *                 the hours before and after, too. Where the calendar has no
 *                 hours (a publisher's) its weekdays count alone
 *   jump          |close / last close - 1| above the instrument's jump_frac,
 *                 or threshold
 *   jump_z        r = |log(close / last close)| above threshold * s: of the
 *                 n moves in the window in order of size, s is number
 *                 n * 9 / 10 (from 0) divided by 1.6449, which is the standard
 *                 deviation where moves are normal, and untouched by an
 *                 earlier outlier and its way back; 0.25 % at least. Where nine
 *                 in ten are 0 the window says nothing
 *   volume_spike  volume above threshold * m, m the mean of the window less the
 *                 largest; or below 1/threshold of the smallest in a window
 *                 that never came below m / threshold. A zero is such a volume
 *
 * memory  texts on a, for rows that break a rule only */
bool validate_in_window(struct arena *a, const struct validate_rules *rules,
                        const struct validate_context *context,
                        struct validate_window *w, const struct series_row *row,
                        struct validate_findings *out);

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
