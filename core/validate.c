#include "core/validate.h"

#include "lib/date.h"
#include "lib/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const rule_name[] = {
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

/* What one rule says of one row. */
struct finding {
    const char *field, *value, *expected;
};

/* A doubt about the row at this place of the response. */
struct note {
    size_t row, seq;
    struct doubt doubt;
};

struct judge {
    struct arena *a;
    const struct validate_rules *rules;
    const struct validate_context *context;
    const struct series_row *rows;
    size_t n;
    bool *refused; /* of each row */
    size_t *kept;  /* places of the rows still in, oldest bar first */
    size_t n_kept;
    struct note *notes;
    size_t n_notes, cap_notes;
};

/* --- texts -------------------------------------------------------------- */

static double
price_of(const struct series_row *row, size_t i)
{
    double v;
    memcpy(&v, (const char *)row + price[i].offset, sizeof v);
    return v;
}

static const char *
number(struct arena *a, double v)
{
    char text[NUMBER_TEXT_MAX];
    if (isnan(v))
        return "";
    number_format_f64(text, v);
    return arena_strdup(a, text);
}

static const char *
time_text(struct arena *a, int64_t ts)
{
    return ts == SERIES_NO_TS ? "" : date_format_iso(a, ts);
}

/* The row as it came, or as a line of CSV where the parser kept no text. */
static const char *
row_text(struct arena *a, const struct series_row *r)
{
    if (r->raw != NULL)
        return r->raw;
    return arena_printf(a, "%s,%s,%s,%s,%s,%s", time_text(a, r->ts),
                        number(a, r->open), number(a, r->high),
                        number(a, r->low), number(a, r->close),
                        number(a, r->volume));
}

static void
add_note(struct judge *j, size_t at, enum validate_rule rule, bool flag,
         const struct finding *f)
{
    if (j->n_notes == j->cap_notes) {
        size_t cap = j->cap_notes == 0 ? 16 : j->cap_notes * 2;
        struct note *more = arena_array(j->a, cap, sizeof *more);
        if (j->n_notes > 0)
            memcpy(more, j->notes, j->n_notes * sizeof *more);
        j->notes = more;
        j->cap_notes = cap;
    }
    j->notes[j->n_notes] = (struct note){
        .row = at,
        .seq = j->n_notes,
        .doubt = {.ts = j->rows[at].ts,
                  .flag = flag,
                  .rule = rule_name[rule],
                  .field = f->field,
                  .value = f->value,
                  .expected = f->expected,
                  .raw = row_text(j->a, &j->rows[at])},
    };
    j->n_notes++;
}

/* The row breaks the rule: refuses or flags it. True when it is refused. */
static bool
broken(struct judge *j, size_t at, enum validate_rule rule, bool must_refuse,
       const struct finding *f)
{
    enum validate_severity severity = j->rules->rule[rule].severity;
    bool refuse = must_refuse || severity == VALIDATE_REFUSE;
    if (!refuse && severity == VALIDATE_OFF)
        return false;
    add_note(j, at, rule, !refuse, f);
    j->refused[at] = j->refused[at] || refuse;
    return refuse;
}

/* --- rules about one row: true when it is refused ------------------------ */

/* The next "FIELD: TEXT" of row->bad. */
static bool
bad_next(struct arena *a, const char **bad, struct finding *f)
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
    struct finding f;
    while (bad_next(a, &bad, &f))
        if (strcmp(f.field, field) == 0)
            return true;
    return false;
}

/* Is there a time, and each price or at least something in its place? */
static bool
check_required(struct judge *j, size_t at)
{
    const struct series_row *r = &j->rows[at];
    struct finding f;
    for (const char *bad = r->bad; bad_next(j->a, &bad, &f);) {
        bool is_row = strcmp(f.field, "row") == 0;
        bool is_time = strcmp(f.field, "time") == 0;
        if (!is_row && !is_time && strcmp(f.value, "missing") != 0)
            continue;
        f.expected = is_row ? "a row" : is_time ? "a time" : "a value";
        return broken(j, at, VALIDATE_REQUIRED, true, &f);
    }
    if (r->ts == SERIES_NO_TS)
        return broken(j, at, VALIDATE_REQUIRED, true,
                      &(struct finding){"time", "", "a time"});
    for (size_t i = 0; i < COUNT_OF(price) && r->bad == NULL; i++)
        if (isnan(price_of(r, i)))
            return broken(j, at, VALIDATE_REQUIRED, true,
                          &(struct finding){price[i].name, "", "a number"});
    return false;
}

/* An unreadable volume alone may be let through, as no volume. */
static bool
check_numeric(struct judge *j, size_t at)
{
    const struct series_row *r = &j->rows[at];
    for (size_t i = 0; i < COUNT_OF(price); i++) {
        double v = price_of(r, i);
        if (isfinite(v))
            continue;
        struct finding f = {price[i].name, number(j->a, v), "a finite number"};
        struct finding first;
        const char *bad = r->bad;
        if (isnan(v) && bad_next(j->a, &bad, &first) &&
            !is_bad(j->a, r->bad, price[i].name)) {
            f.field = first.field; /* an input of the value */
            f.value = first.value;
        }
        for (bad = r->bad; isnan(v) && bad_next(j->a, &bad, &first);)
            if (strcmp(first.field, price[i].name) == 0)
                f.value = first.value;
        return broken(j, at, VALIDATE_NUMERIC, true, &f);
    }
    if (isinf(r->volume))
        return broken(j, at, VALIDATE_NUMERIC, true,
                      &(struct finding){"volume", number(j->a, r->volume),
                                        "a finite number"});
    struct finding f;
    const char *bad = r->bad;
    if (!bad_next(j->a, &bad, &f))
        return false;
    f.expected = "a finite number";
    return broken(j, at, VALIDATE_NUMERIC, false, &f);
}

static bool
check_aligned(struct judge *j, size_t at)
{
    int64_t ts = j->rows[at].ts;
    int32_t interval_s = j->context->interval_s;
    if (ts % interval_s == 0)
        return false;
    const char *expected =
        interval_s == DAY_S
            ? "00:00 UTC of its day"
            : arena_printf(j->a, "a multiple of %d seconds", interval_s);
    return broken(j, at, VALIDATE_ALIGNED, false,
                  &(struct finding){"time", time_text(j->a, ts), expected});
}

static bool
check_future(struct judge *j, size_t at)
{
    int64_t ts = j->rows[at].ts;
    if (ts <= j->context->now_ts)
        return false;
    const char *expected =
        arena_printf(j->a, "not after %s", time_text(j->a, j->context->now_ts));
    return broken(j, at, VALIDATE_FUTURE, false,
                  &(struct finding){"time", time_text(j->a, ts), expected});
}

static bool
check_positive(struct judge *j, size_t at)
{
    if (j->context->price_min <= 0) /* false for NaN: not allowed */
        return false;
    for (size_t i = 0; i < COUNT_OF(price); i++) {
        double v = price_of(&j->rows[at], i);
        if (!(v > 0))
            return broken(
                j, at, VALIDATE_POSITIVE, false,
                &(struct finding){price[i].name, number(j->a, v), "above 0"});
    }
    return false;
}

static bool
check_bounds(struct judge *j, size_t at)
{
    double min = j->context->price_min, max = j->context->price_max;
    for (size_t i = 0; i < COUNT_OF(price); i++) {
        double v = price_of(&j->rows[at], i);
        if (!(v < min) && !(v > max))
            continue;
        const char *expected =
            v < min ? arena_printf(j->a, "%s or more", number(j->a, min))
                    : arena_printf(j->a, "%s or less", number(j->a, max));
        return broken(
            j, at, VALIDATE_BOUNDS, false,
            &(struct finding){price[i].name, number(j->a, v), expected});
    }
    return false;
}

static bool
check_volume(struct judge *j, size_t at)
{
    double v = j->rows[at].volume;
    if (!(v < 0)) /* NaN: there is none */
        return false;
    return broken(j, at, VALIDATE_VOLUME, false,
                  &(struct finding){"volume", number(j->a, v), "0 or more"});
}

/* Compared exactly: what the provider sent as equal is read as equal. */
static bool
check_high_low(struct judge *j, size_t at)
{
    const struct series_row *r = &j->rows[at];
    double top = fmax(r->low, fmax(r->open, r->close));
    double bottom = fmin(r->open, r->close);
    struct finding f;
    if (r->high < top)
        f = (struct finding){
            "high", number(j->a, r->high),
            arena_printf(j->a, "%s or more", number(j->a, top))};
    else if (r->low > bottom)
        f = (struct finding){
            "low", number(j->a, r->low),
            arena_printf(j->a, "%s or less", number(j->a, bottom))};
    else
        return false;
    return broken(j, at, VALIDATE_HIGH_LOW, false, &f);
}

typedef bool check_fn(struct judge *j, size_t at);

/* In the order of VALIDATE_RULES. */
static check_fn *const row_checks[] = {
    check_required, check_numeric, check_aligned, check_future,
    check_positive, check_bounds,  check_volume,  check_high_low,
};

static void
check_rows(struct judge *j)
{
    for (size_t at = 0; at < j->n; at++) {
        bool refused = false;
        for (size_t c = 0; c < COUNT_OF(row_checks) && !refused; c++)
            refused = row_checks[c](j, at);
        if (!refused)
            j->kept[j->n_kept++] = at;
    }
}

/* --- rules about rows together ------------------------------------------- */

/* Takes the refused rows out of those kept. */
static void
drop_refused(struct judge *j)
{
    size_t to = 0;
    for (size_t i = 0; i < j->n_kept; i++)
        if (!j->refused[j->kept[i]])
            j->kept[to++] = j->kept[i];
    j->n_kept = to;
}

static bool
is_increasing(const struct judge *j)
{
    for (size_t i = 1; i < j->n_kept; i++)
        if (j->rows[j->kept[i - 1]].ts >= j->rows[j->kept[i]].ts)
            return false;
    return true;
}

static bool
is_decreasing(const struct judge *j)
{
    for (size_t i = 1; i < j->n_kept; i++)
        if (j->rows[j->kept[i - 1]].ts <= j->rows[j->kept[i]].ts)
            return false;
    return true;
}

static int
by_time_then_place(const void *x, const void *y, void *arg)
{
    const struct series_row *rows = arg;
    size_t i = *(const size_t *)x, k = *(const size_t *)y;
    if (rows[i].ts != rows[k].ts)
        return rows[i].ts < rows[k].ts ? -1 : 1;
    return i < k ? -1 : i > k;
}

/* How a second row of one time differs from the first. */
static struct finding
difference(struct arena *a, const struct series_row *first,
           const struct series_row *second)
{
    for (size_t i = 0; i < COUNT_OF(price); i++)
        if (price_of(first, i) != price_of(second, i))
            return (struct finding){
                price[i].name, number(a, price_of(second, i)),
                arena_printf(a, "%s, as in the first row of this time",
                             number(a, price_of(first, i)))};
    if (first->volume != second->volume &&
        !(isnan(first->volume) && isnan(second->volume)))
        return (struct finding){
            "volume", number(a, second->volume),
            arena_printf(a, "%s, as in the first row of this time",
                         isnan(first->volume) ? "none"
                                              : number(a, first->volume))};
    return (struct finding){
        "time", time_text(a, second->ts),
        "one row for each time (this one repeats the first)"};
}

static void
check_duplicates(struct judge *j, const size_t *sorted)
{
    size_t first = 0;
    for (size_t i = 1; i < j->n_kept; i++) {
        const struct series_row *x = &j->rows[sorted[first]];
        const struct series_row *y = &j->rows[sorted[i]];
        if (x->ts != y->ts) {
            first = i;
            continue;
        }
        struct finding f = difference(j->a, x, y);
        broken(j, sorted[i], VALIDATE_DUPLICATE, true, &f);
    }
}

/* Marks the rows of a longest increasing subsequence by time.
 * source  Fredman, On computing the length of longest increasing
 *         subsequences (1975): the smallest last element for each length */
static void
mark_longest(const struct judge *j, bool *in_order)
{
    size_t *ends = arena_array(j->a, j->n_kept, sizeof *ends);
    size_t *before = arena_array(j->a, j->n_kept, sizeof *before);
    size_t length = 0;
    for (size_t i = 0; i < j->n_kept; i++) {
        int64_t ts = j->rows[j->kept[i]].ts;
        size_t low = 0, high = length;
        while (low < high) {
            size_t mid = (low + high) / 2;
            if (j->rows[j->kept[ends[mid]]].ts < ts)
                low = mid + 1;
            else
                high = mid;
        }
        before[i] = low == 0 ? i : ends[low - 1];
        ends[low] = i;
        if (low == length)
            length++;
    }
    for (size_t i = ends[length - 1];; i = before[i]) {
        in_order[i] = true;
        if (--length == 0)
            break;
    }
}

/* Says of a misplaced row between which neighbours it does not belong. */
static void
check_order(struct judge *j)
{
    bool *in_order = arena_array(j->a, j->n_kept, sizeof *in_order);
    mark_longest(j, in_order);
    const struct series_row *last = NULL;
    for (size_t i = 0; i < j->n_kept; i++) {
        const struct series_row *r = &j->rows[j->kept[i]];
        if (in_order[i]) {
            last = r;
            continue;
        }
        struct finding f = {"time", time_text(j->a, r->ts), NULL};
        if (last != NULL && r->ts < last->ts) {
            f.expected = arena_printf(j->a, "after %s, the row before",
                                      time_text(j->a, last->ts));
        } else {
            size_t next = i;
            while (!in_order[next]) /* longest: one must follow */
                next++;
            f.expected =
                arena_printf(j->a, "before %s, the row after",
                             time_text(j->a, j->rows[j->kept[next]].ts));
        }
        broken(j, j->kept[i], VALIDATE_ORDER, false, &f);
    }
}

/* Leaves the rows kept strictly increasing in time. */
static void
check_times(struct judge *j)
{
    if (is_increasing(j))
        return;
    size_t *sorted = arena_array(j->a, j->n_kept, sizeof *sorted);
    memcpy(sorted, j->kept, j->n_kept * sizeof *sorted);
    qsort_r(sorted, j->n_kept, sizeof *sorted, by_time_then_place,
            (void *)j->rows);
    check_duplicates(j, sorted);
    drop_refused(j);
    if (!is_increasing(j) && !is_decreasing(j)) {
        check_order(j);
        drop_refused(j);
    }
    qsort_r(j->kept, j->n_kept, sizeof *j->kept, by_time_then_place,
            (void *)j->rows);
}

static void
check_jumps(struct judge *j)
{
    const struct validate_context *c = j->context;
    double limit = isnan(c->jump_frac) ? j->rules->rule[VALIDATE_JUMP].threshold
                                       : c->jump_frac;
    if (isnan(limit) || j->rules->rule[VALIDATE_JUMP].severity == VALIDATE_OFF)
        return;
    double last = NAN;
    if (j->n_kept > 0 && c->before_ts < j->rows[j->kept[0]].ts)
        last = c->before_close;
    for (size_t i = 0; i < j->n_kept; i++) {
        size_t at = j->kept[i];
        double close = j->rows[at].close;
        double change = fabs(close - last);
        if (change > limit * fabs(last)) { /* false while last is NaN */
            struct finding f = {"close",
                                arena_printf(j->a, "%s after %s",
                                             number(j->a, close),
                                             number(j->a, last)),
                                arena_printf(j->a, "a change of at most %s %%",
                                             number(j->a, limit * 100))};
            if (broken(j, at, VALIDATE_JUMP, false, &f))
                continue;
        }
        last = close;
    }
    drop_refused(j);
}

/* --- the whole ----------------------------------------------------------- */

static int
by_row(const void *x, const void *y)
{
    const struct note *p = x, *q = y;
    if (p->row != q->row)
        return p->row < q->row ? -1 : 1;
    return p->seq < q->seq ? -1 : p->seq > q->seq;
}

/* The doubts by row; a refused row keeps its refusal only. */
static void
collect(struct judge *j, struct validate_result *out)
{
    if (j->n_notes > 1)
        qsort(j->notes, j->n_notes, sizeof *j->notes, by_row);
    out->doubts = arena_array(j->a, j->n_notes, sizeof *out->doubts);
    for (size_t i = 0; i < j->n_notes; i++) {
        const struct note *note = &j->notes[i];
        bool refused = j->refused[note->row];
        if (refused && note->doubt.flag)
            continue;
        out->doubts[out->n_doubts++] = note->doubt;
        if (refused)
            out->n_refused++;
        else if (i == 0 || j->notes[i - 1].row != note->row)
            out->n_flagged++;
    }
    out->good = arena_array(j->a, j->n_kept, sizeof *out->good);
    out->n_good = j->n_kept;
    for (size_t i = 0; i < j->n_kept; i++)
        out->good[i] = j->rows[j->kept[i]];
}

void
validate(struct arena *a, const struct validate_rules *rules,
         const struct validate_context *context, const struct series *rows,
         struct validate_result *out)
{
    struct judge j = {.a = a,
                      .rules = rules,
                      .context = context,
                      .rows = rows->rows,
                      .n = rows->n,
                      .refused = arena_array(a, rows->n, sizeof(bool)),
                      .kept = arena_array(a, rows->n, sizeof(size_t))};
    *out = (struct validate_result){0};
    check_rows(&j);
    check_times(&j);
    check_jumps(&j);
    collect(&j, out);
}

bool
validate_rules_get(struct db *db, struct validate_rules *out, struct err *err)
{
    for (size_t r = 0; r < VALIDATE_RULE_COUNT; r++) {
        out->rule[r].severity = VALIDATE_OFF;
        out->rule[r].threshold = NAN;
    }
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query(a, db, SQL_validation_rule_list, DB_NONE, &rows, err);
    for (int i = 0; ok && i < db_count(rows); i++)
        for (size_t r = 0; r < VALIDATE_RULE_COUNT; r++) {
            if (strcmp(db_text(rows, i, "name"), rule_name[r]) != 0)
                continue;
            const char *severity = db_text(rows, i, "severity");
            out->rule[r].severity =
                strcmp(severity, "refuse") == 0 ? VALIDATE_REFUSE
                : strcmp(severity, "flag") == 0 ? VALIDATE_FLAG
                                                : VALIDATE_OFF;
            out->rule[r].threshold = db_f64(rows, i, "threshold");
        }
    arena_free(a);
    return ok;
}
