/* The rules about one row, and what is said of a row that breaks one. */
#include "core/cell.h"
#include "core/validate_own.h"

#include "lib/date.h"
#include "lib/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define RULE(id, name) [VALIDATE_##id] = name,
    VALIDATE_RULES(RULE)
#undef RULE
};

static const struct {
    const char *name;
    size_t offset;
} price[] = {
    {"open", offsetof(struct series_row, open)},
    {"high", offsetof(struct series_row, high)},
    {"low", offsetof(struct series_row, low)},
    {"close", offsetof(struct series_row, close)},
};

enum { MINUTE_S = 60 };

/* 2101-01-01 00:00 UTC */
static const int64_t MINUTE_END_TS = 4133980800;

const char *
validate_rule_name(enum validate_rule rule)
{
    return names[rule];
}

/* --- texts -------------------------------------------------------------- */

static double
price_of(const struct series_row *row, size_t i)
{
    double v;
    memcpy(&v, (const char *)row + price[i].offset, sizeof v);
    return v;
}

const char *
validate_number(struct arena *a, double v)
{
    char text[NUMBER_TEXT_MAX];
    if (isnan(v))
        return "";
    number_format_f64(text, v);
    return arena_strdup(a, text);
}

const char *
validate_about(struct arena *a, double v)
{
    return arena_printf(a, "%.4g", v);
}

const char *
validate_time(struct arena *a, int64_t ts)
{
    return ts == SERIES_NO_TS ? "" : date_format_iso(a, ts);
}

/* The row as it came, or as a line of CSV where the parser kept no text. */
static const char *
row_text(struct arena *a, const struct series_row *r)
{
    if (r->raw != NULL)
        return r->raw;
    return arena_printf(a, "%s,%s,%s,%s,%s,%s", validate_time(a, r->ts),
                        validate_number(a, r->open),
                        validate_number(a, r->high), validate_number(a, r->low),
                        validate_number(a, r->close),
                        validate_number(a, r->volume));
}

bool
validate_broken(struct validate_judge *j, enum validate_rule rule,
                bool must_refuse, const struct validate_said *f)
{
    enum validate_severity severity = j->rules->rule[rule].severity;
    bool refuse = must_refuse || severity == VALIDATE_REFUSE;
    if (!refuse && severity == VALIDATE_OFF)
        return false;
    if (refuse)
        j->out->n = 0;
    j->out->of[j->out->n++] = (struct validate_finding){
        .rule = rule,
        .flag = !refuse,
        .field = f->field,
        .value = f->value,
        .expected = f->expected,
    };
    return refuse;
}

/* --- rules about one row: true when it is refused ------------------------ */

/* The next "FIELD: TEXT" of row->bad. */
static bool
bad_next(struct arena *a, const char **bad, struct validate_said *f)
{
    const char *colon = *bad == NULL ? NULL : strstr(*bad, ": ");
    if (colon == NULL)
        return false;
    const char *text = colon + 2, *end = strstr(text, "; ");
    f->field = arena_strndup(a, *bad, (size_t)(colon - *bad));
    f->value = end == NULL ? arena_strdup(a, text)
                           : arena_strndup(a, text, (size_t)(end - text));
    *bad = end == NULL ? NULL : end + 2;
    return true;
}

static bool
is_bad(struct arena *a, const char *bad, const char *field)
{
    struct validate_said f;
    while (bad_next(a, &bad, &f))
        if (strcmp(f.field, field) == 0)
            return true;
    return false;
}

/* Is there a time, and each price or at least something in its place? */
static bool
check_required(struct validate_judge *j)
{
    const struct series_row *r = j->row;
    struct validate_said f;
    for (const char *bad = r->bad; bad_next(j->a, &bad, &f);) {
        bool is_row = strcmp(f.field, "row") == 0;
        bool is_time = strcmp(f.field, "time") == 0;
        bool is_missing = strcmp(f.value, "missing") == 0;
        bool is_absent = cell_is_absent(f.value, strlen(f.value)); /* "N/A" */
        if (!is_row && !is_time && !is_missing && !is_absent)
            continue;
        f.expected = is_row       ? "a row"
                     : is_time    ? "a time"
                     : is_missing ? "a value"
                                  : "a number";
        return validate_broken(j, VALIDATE_REQUIRED, true, &f);
    }
    if (r->ts == SERIES_NO_TS)
        return validate_broken(j, VALIDATE_REQUIRED, true,
                               &(struct validate_said){"time", "", "a time"});
    if (r->bad != NULL)
        return false;
    if (isnan(r->open) && isnan(r->high) && isnan(r->low) && isnan(r->close))
        return validate_broken(
            j, VALIDATE_REQUIRED, true, /* perhaps a scalar's */
            &(struct validate_said){"close", "", "a number"});
    for (size_t i = 0; i < COUNT_OF(price); i++)
        if (isnan(price_of(r, i)))
            return validate_broken(
                j, VALIDATE_REQUIRED, true,
                &(struct validate_said){price[i].name, "", "a number"});
    return false;
}

/* An unreadable volume alone may be let through, as no volume. */
static bool
check_numeric(struct validate_judge *j)
{
    const struct series_row *r = j->row;
    for (size_t i = 0; i < COUNT_OF(price); i++) {
        double v = price_of(r, i);
        if (isfinite(v))
            continue;
        struct validate_said f = {price[i].name, validate_number(j->a, v),
                                  "a finite number"};
        struct validate_said first;
        const char *bad = r->bad;
        if (isnan(v) && bad_next(j->a, &bad, &first) &&
            !is_bad(j->a, r->bad, price[i].name)) {
            f.field = first.field; /* an input of the value */
            f.value = first.value;
        }
        for (bad = r->bad; isnan(v) && bad_next(j->a, &bad, &first);)
            if (strcmp(first.field, price[i].name) == 0)
                f.value = first.value;
        return validate_broken(j, VALIDATE_NUMERIC, true, &f);
    }
    if (isinf(r->volume))
        return validate_broken(
            j, VALIDATE_NUMERIC, true,
            &(struct validate_said){"volume", validate_number(j->a, r->volume),
                                    "a finite number"});
    struct validate_said f;
    const char *bad = r->bad;
    if (!bad_next(j->a, &bad, &f))
        return false;
    f.expected = "a finite number";
    return validate_broken(j, VALIDATE_NUMERIC, false, &f);
}

static bool
check_aligned(struct validate_judge *j)
{
    int64_t ts = j->row->ts;
    int32_t interval_s = j->context->interval_s;
    if (ts % interval_s == 0)
        return false;
    const char *expected =
        interval_s == DAY_S
            ? "00:00 UTC of its day"
            : arena_printf(j->a, "a multiple of %d seconds", interval_s);
    return validate_broken(
        j, VALIDATE_ALIGNED, false,
        &(struct validate_said){"time", validate_time(j->a, ts), expected});
}

static bool
check_future(struct validate_judge *j)
{
    int64_t ts = j->row->ts;
    if (ts <= j->context->now_ts)
        return false;
    const char *expected = arena_printf(
        j->a, "not after %s", validate_time(j->a, j->context->now_ts));
    return validate_broken(
        j, VALIDATE_FUTURE, false,
        &(struct validate_said){"time", validate_time(j->a, ts), expected});
}

/* 1 January of a year, for comparing. */
static double
year_ts(double year)
{
    return (double)(date_to_days((int)year, 1, 1) * DAY_S);
}

/* Before the rule's year, which is its threshold. Minute bars are stored from
 * 1970 to 2100 only. */
static bool
check_past(struct validate_judge *j)
{
    int64_t ts = j->row->ts;
    double year = j->rules->rule[VALIDATE_PAST].threshold;
    bool is_minute = j->context->interval_s == MINUTE_S;
    struct validate_said f = {"time", NULL, NULL};
    if (is_minute && (ts < 0 || ts >= MINUTE_END_TS))
        f.expected = "from 1970 to 2100, as minute bars are stored";
    else if (!isnan(year) && (double)ts < year_ts(year))
        f.expected = arena_printf(j->a, "not before %.0f", year);
    else
        return false;
    f.value = validate_time(j->a, ts);
    return validate_broken(j, VALIDATE_PAST,
                           is_minute && (ts < 0 || ts >= MINUTE_END_TS), &f);
}

static bool
check_positive(struct validate_judge *j)
{
    if (j->context->price_min <= 0) /* false for NaN: not allowed */
        return false;
    for (size_t i = 0; i < COUNT_OF(price); i++) {
        double v = price_of(j->row, i);
        if (!(v > 0))
            return validate_broken(
                j, VALIDATE_POSITIVE, false,
                &(struct validate_said){price[i].name, validate_number(j->a, v),
                                        "above 0"});
    }
    return false;
}

static bool
check_bounds(struct validate_judge *j)
{
    double min = j->context->price_min, max = j->context->price_max;
    for (size_t i = 0; i < COUNT_OF(price); i++) {
        double v = price_of(j->row, i);
        if (!(v < min) && !(v > max))
            continue;
        const char *expected =
            v < min
                ? arena_printf(j->a, "%s or more", validate_number(j->a, min))
                : arena_printf(j->a, "%s or less", validate_number(j->a, max));
        return validate_broken(j, VALIDATE_BOUNDS, false,
                               &(struct validate_said){price[i].name,
                                                       validate_number(j->a, v),
                                                       expected});
    }
    return false;
}

static bool
check_volume(struct validate_judge *j)
{
    double v = j->row->volume;
    if (!(v < 0)) /* NaN: there is none */
        return false;
    return validate_broken(j, VALIDATE_VOLUME, false,
                           &(struct validate_said){"volume",
                                                   validate_number(j->a, v),
                                                   "0 or more"});
}

/* Compared exactly: what the provider sent as equal is read as equal. */
static bool
check_high_low(struct validate_judge *j)
{
    const struct series_row *r = j->row;
    double top = fmax(r->low, fmax(r->open, r->close));
    double bottom = fmin(r->open, r->close);
    struct validate_said f;
    if (r->high < top)
        f = (struct validate_said){
            "high", validate_number(j->a, r->high),
            arena_printf(j->a, "%s or more", validate_number(j->a, top))};
    else if (r->low > bottom)
        f = (struct validate_said){
            "low", validate_number(j->a, r->low),
            arena_printf(j->a, "%s or less", validate_number(j->a, bottom))};
    else
        return false;
    return validate_broken(j, VALIDATE_HIGH_LOW, false, &f);
}

typedef bool check_fn(struct validate_judge *j);

/* In the order of VALIDATE_RULES. */
static check_fn *const row_checks[] = {
    check_required, check_numeric, check_aligned, check_future,   check_past,
    check_positive, check_bounds,  check_volume,  check_high_low,
};

/* --- rows together ------------------------------------------------------- */

/* How a second row of one time differs from the first. */
static struct validate_said
difference(struct arena *a, const struct series_row *first,
           const struct series_row *second, const char *place)
{
    for (size_t i = 0; i < COUNT_OF(price); i++)
        if (price_of(first, i) != price_of(second, i))
            return (struct validate_said){
                price[i].name, validate_number(a, price_of(second, i)),
                arena_printf(a, "%s, as in %s",
                             validate_number(a, price_of(first, i)), place)};
    if (first->volume != second->volume &&
        !(isnan(first->volume) && isnan(second->volume)))
        return (struct validate_said){
            "volume", validate_number(a, second->volume),
            arena_printf(a, "%s, as in %s",
                         isnan(first->volume)
                             ? "none"
                             : validate_number(a, first->volume),
                         place)};
    return (struct validate_said){
        "time", validate_time(a, second->ts),
        "one row for each time (this one repeats the first)"};
}

bool
validate_row(struct arena *a, const struct validate_rules *rules,
             const struct validate_context *context,
             const struct series_row *row, struct validate_findings *out)
{
    struct validate_judge j = {a, rules, context, row, out};
    out->n = 0;
    bool refused = false;
    for (size_t c = 0; c < COUNT_OF(row_checks) && !refused; c++)
        refused = row_checks[c](&j);
    return !refused;
}

bool
validate_is_same(const struct series_row *x, const struct series_row *y)
{
    return x->open == y->open && x->high == y->high && x->low == y->low &&
           x->close == y->close &&
           (x->volume == y->volume || (isnan(x->volume) && isnan(y->volume)));
}

void
validate_repeat(struct arena *a, const struct series_row *first,
                const struct series_row *second, const char *place,
                struct validate_findings *out)
{
    struct validate_said f = difference(a, first, second, place);
    out->n = 1;
    out->of[0] = (struct validate_finding){.rule = VALIDATE_DUPLICATE,
                                           .field = f.field,
                                           .value = f.value,
                                           .expected = f.expected};
}

bool
validate_misplaced(struct arena *a, const struct validate_rules *rules,
                   const struct series_row *row, const char *expected,
                   struct validate_findings *out)
{
    struct validate_judge j = {a, rules, NULL, row, out};
    struct validate_said f = {"time", validate_time(a, row->ts), expected};
    return !validate_broken(&j, VALIDATE_ORDER, false, &f);
}

struct doubt
validate_doubt(struct arena *a, const struct series_row *row,
               const struct validate_finding *f)
{
    return (struct doubt){.ts = row->ts,
                          .flag = f->flag,
                          .rule = validate_rule_name(f->rule),
                          .field = f->field,
                          .value = f->value,
                          .expected = f->expected,
                          .raw = row_text(a, row),
                          .open = row->open,
                          .high = row->high,
                          .low = row->low,
                          .close = row->close,
                          .volume = row->volume};
}
