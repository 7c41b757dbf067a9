#include "core/alert.h"

#include <math.h>

/* --- rules --------------------------------------------------------------- */

static bool
is_crossing(const struct alert_rule *rule)
{
    return rule->op == ALERT_CROSSES_ABOVE || rule->op == ALERT_CROSSES_BELOW;
}

static bool
is_above(const struct alert_rule *rule)
{
    return rule->op == ALERT_ABOVE || rule->op == ALERT_CROSSES_ABOVE;
}

static const char *
check_term(const struct alert_term *term)
{
    switch (term->kind) {
    case ALERT_NUMBER:
        return isfinite(term->number) ? NULL : "The threshold is no number";
    case ALERT_INDICATOR:
        return (unsigned)term->indicator < INDICATOR_COUNT
                   ? NULL
                   : "There is no such indicator";
    case ALERT_CHANGE:
    case ALERT_VOLUME_RATIO:
        return term->bars >= 1 && term->bars <= ALERT_BARS_MAX
                   ? NULL
                   : "The number of bars is not within 1 to 500";
    case ALERT_OPEN:
    case ALERT_HIGH:
    case ALERT_LOW:
    case ALERT_CLOSE:
    case ALERT_VOLUME:
        return NULL;
    }
    return "There is no such term";
}

static const char *
check_clear(const struct alert_rule *rule)
{
    if (isnan(rule->clear))
        return NULL;
    if (is_crossing(rule))
        return "A crossing has no clear level";
    if (rule->right.kind != ALERT_NUMBER)
        return "A clear level needs a number as the threshold";
    if (!isfinite(rule->clear))
        return "The clear level is no number";
    if (is_above(rule) && rule->clear > rule->right.number)
        return "The clear level of an above rule is not above its threshold";
    if (!is_above(rule) && rule->clear < rule->right.number)
        return "The clear level of a below rule is not below its threshold";
    return NULL;
}

const char *
alert_rule_check(const struct alert_rule *rule, const char **field)
{
    const char *wrong;
    *field = "left";
    if (rule->left.kind == ALERT_NUMBER)
        return "The left side is what is watched: it cannot be a number";
    if ((wrong = check_term(&rule->left)) != NULL)
        return wrong;
    *field = "right";
    if ((wrong = check_term(&rule->right)) != NULL)
        return wrong;
    *field = "op";
    if ((unsigned)rule->op > ALERT_CROSSES_BELOW)
        return "There is no such comparison";
    *field = "for_bars";
    if (rule->for_bars < 1 || rule->for_bars > ALERT_FOR_MAX)
        return "The number of bars in a row is not within 1 to 1,000";
    if (is_crossing(rule) && rule->for_bars != 1)
        return "A crossing happens on one bar";
    *field = "clear";
    if ((wrong = check_clear(rule)) != NULL)
        return wrong;
    *field = "cooldown_s";
    if (rule->cooldown_s < 0)
        return "The cooldown is not negative";
    *field = "no_data_s";
    if (rule->no_data_s < 0)
        return "The time without data is not negative";
    *field = "interval_s";
    return rule->interval_s > 0 ? NULL : "There is no such interval";
}

const char *
alert_phase_name(enum alert_phase phase)
{
    static const char *const names[] = {"ok",      "pending", "active",
                                        "no_data", "done",    "fault"};
    return names[phase];
}

const char *
alert_event_name(enum alert_event_kind kind)
{
    static const char *const names[] = {"fired", "resolved", "data_lost",
                                        "data_back"};
    return names[kind];
}

/* --- evaluation ---------------------------------------------------------- */

enum { SIDE_UNKNOWN = 2 };

void
alert_start(struct alert_state *s)
{
    *s = (struct alert_state){.phase = ALERT_OK,
                              .before = ALERT_OK,
                              .side = SIDE_UNKNOWN,
                              .last_ts = INT64_MIN,
                              .since_ts = INT64_MIN,
                              .fired_ts = INT64_MIN};
}

static void
enter(struct alert_state *s, enum alert_phase phase, int64_t at_ts)
{
    s->phase = phase;
    s->since_ts = at_ts;
}

/* When silence after the newest bar becomes "no data". */
static bool
patience_ends(const struct alert_state *s, const struct alert_rule *rule,
              int64_t *at_ts)
{
    if (rule->no_data_s == 0 || s->last_ts == INT64_MIN ||
        s->phase == ALERT_NO_DATA || s->phase == ALERT_DONE)
        return false;
    *at_ts = s->last_ts + rule->interval_s + rule->no_data_s;
    return true;
}

static bool
lose_data(struct alert_state *s, int64_t at_ts, struct alert_event *out)
{
    s->before = s->phase;
    enter(s, ALERT_NO_DATA, at_ts);
    *out = (struct alert_event){.kind = ALERT_DATA_LOST,
                                .ts = s->last_ts,
                                .at_ts = at_ts,
                                .left = NAN,
                                .right = NAN};
    return true;
}

bool
alert_wait(struct alert_state *s, const struct alert_rule *rule, int64_t now_ts,
           struct alert_event *out)
{
    int64_t at_ts;
    return patience_ends(s, rule, &at_ts) && now_ts >= at_ts &&
           lose_data(s, at_ts, out);
}

/* Whether an active rule goes on. */
static bool
holds(const struct alert_rule *rule, double left, double right)
{
    if (!isnan(rule->clear))
        return is_above(rule) ? left > rule->clear : left < rule->clear;
    return is_above(rule) ? left > right : left < right;
}

static bool
cools(const struct alert_state *s, const struct alert_rule *rule, int64_t at_ts)
{
    return s->fired_ts != INT64_MIN && at_ts - s->fired_ts < rule->cooldown_s;
}

/* A bar whose terms are known, in phase ok or pending. */
static bool
watch(struct alert_state *s, const struct alert_rule *rule, int32_t side,
      int64_t at_ts)
{
    int32_t wanted = is_above(rule) ? 1 : -1;
    bool met = side == wanted;
    if (is_crossing(rule))
        met = met && s->side != SIDE_UNKNOWN && s->side != wanted;
    if (!met) {
        s->held = 0;
        if (s->phase == ALERT_PENDING)
            enter(s, ALERT_OK, at_ts);
        return false;
    }
    if (s->held < rule->for_bars)
        s->held++;
    if (s->held == rule->for_bars && !cools(s, rule, at_ts)) {
        s->held = 0;
        s->fired_ts = at_ts;
        enter(s, ALERT_ACTIVE, at_ts);
        return true;
    }
    if (is_crossing(rule))
        s->held = 0;
    else if (s->phase == ALERT_OK)
        enter(s, ALERT_PENDING, at_ts);
    return false;
}

/* A bar without a value: the count begins anew, all else stays. */
static void
pass_unknown(struct alert_state *s, int64_t at_ts)
{
    s->held = 0;
    if (s->phase == ALERT_PENDING)
        enter(s, ALERT_OK, at_ts);
}

static bool
take(struct alert_state *s, const struct alert_rule *rule, int64_t ts,
     double left, double right, struct alert_event *out)
{
    int64_t at_ts = ts + rule->interval_s;
    bool is_event = false;
    enum alert_event_kind kind = ALERT_FIRED;
    if (isnan(left) || isnan(right)) {
        pass_unknown(s, at_ts);
        return false;
    }
    int32_t side = (left > right) - (left < right);
    if (s->phase == ALERT_ACTIVE) {
        is_event = !holds(rule, left, right);
        kind = ALERT_RESOLVED;
        if (is_event)
            enter(s, rule->once ? ALERT_DONE : ALERT_OK, at_ts);
    } else {
        is_event = watch(s, rule, side, at_ts);
    }
    s->side = side;
    if (is_event)
        *out = (struct alert_event){.kind = kind,
                                    .ts = ts,
                                    .at_ts = at_ts,
                                    .left = left,
                                    .right = right};
    return is_event;
}

bool
alert_feed(struct alert_state *s, const struct alert_rule *rule,
           const struct alert_bars *bars, size_t *at, struct alert_event *out)
{
    for (; *at < bars->n && s->phase != ALERT_DONE;) {
        int64_t ts = bars->ts[*at], lost_ts;
        double left = bars->left[*at];
        double right =
            bars->right != NULL ? bars->right[*at] : rule->right.number;
        if (patience_ends(s, rule, &lost_ts) && ts + rule->interval_s > lost_ts)
            return lose_data(s, lost_ts, out);
        if (s->phase == ALERT_NO_DATA) {
            enter(s, (enum alert_phase)s->before, ts + rule->interval_s);
            s->last_ts = ts; /* the bar itself is taken by the next call */
            *out = (struct alert_event){.kind = ALERT_DATA_BACK,
                                        .ts = ts,
                                        .at_ts = ts + rule->interval_s,
                                        .left = left,
                                        .right = right};
            return true;
        }
        s->last_ts = ts;
        ++*at;
        if (take(s, rule, ts, left, right, out))
            return true;
    }
    *at = bars->n;
    return false;
}

/* --- values of terms ----------------------------------------------------- */

int
alert_term_lookback(const struct alert_term *term)
{
    return term->kind == ALERT_CHANGE || term->kind == ALERT_VOLUME_RATIO
               ? term->bars
               : 0;
}

static void
copy(size_t n, const double *from, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = from != NULL ? from[i] : NAN;
}

static void
change(size_t n, size_t bars, const double *close, double *out)
{
    for (size_t i = 0; i < n; i++) {
        double from = i >= bars ? close[i - bars] : NAN;
        out[i] = from > 0 ? (close[i] / from - 1) * 100 : NAN;
    }
}

/* Each mean is summed anew, in the same order wherever a portion begins: that
 * is what makes live bars and a replay give the same value. */
static void
volume_ratio(size_t n, size_t bars, const double *volume, double *out)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        if (i < bars || volume == NULL) {
            out[i] = NAN;
            continue;
        }
        for (size_t k = i - bars; k < i; k++)
            sum += volume[k];
        out[i] = sum > 0 ? volume[i] / (sum / (double)bars) : NAN;
    }
}

void
alert_term_values(const struct alert_term *term, const struct alert_columns *in,
                  double *out)
{
    switch (term->kind) {
    case ALERT_OPEN:
        copy(in->n, in->open, out);
        break;
    case ALERT_HIGH:
        copy(in->n, in->high, out);
        break;
    case ALERT_LOW:
        copy(in->n, in->low, out);
        break;
    case ALERT_CLOSE:
        copy(in->n, in->close, out);
        break;
    case ALERT_VOLUME:
        copy(in->n, in->volume, out);
        break;
    case ALERT_INDICATOR:
        copy(in->n, in->indicators[term->indicator], out);
        break;
    case ALERT_CHANGE:
        change(in->n, (size_t)term->bars, in->close, out);
        break;
    case ALERT_VOLUME_RATIO:
        volume_ratio(in->n, (size_t)term->bars, in->volume, out);
        break;
    case ALERT_NUMBER:
        copy(in->n, NULL, out);
        break;
    }
}
