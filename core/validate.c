#include "core/validate.h"

#include "lib/date.h"

#include <stdlib.h>
#include <string.h>

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

static struct note *
note_add(struct judge *j)
{
    if (j->n_notes == j->cap_notes) {
        size_t cap = j->cap_notes == 0 ? 16 : j->cap_notes * 2;
        struct note *more = arena_array(j->a, cap, sizeof *more);
        if (j->n_notes > 0)
            memcpy(more, j->notes, j->n_notes * sizeof *more);
        j->notes = more;
        j->cap_notes = cap;
    }
    return &j->notes[j->n_notes++];
}

/* Keeps what was found about a row. */
static void
note(struct judge *j, size_t at, const struct validate_findings *found)
{
    for (size_t i = 0; i < found->n; i++) {
        struct note *at_end = note_add(j);
        *at_end = (struct note){
            .row = at,
            .seq = j->n_notes,
            .doubt = validate_doubt(j->a, &j->rows[at], &found->of[i])};
        j->refused[at] = j->refused[at] || !found->of[i].flag;
    }
}

static void
check_rows(struct judge *j)
{
    for (size_t at = 0; at < j->n; at++) {
        struct validate_findings found;
        if (validate_row(j->a, j->rules, j->context, &j->rows[at], &found))
            j->kept[j->n_kept++] = at;
        note(j, at, &found);
    }
}

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
        struct validate_findings f;
        validate_repeat(j->a, x, y, "the first row of this time", &f);
        note(j, sorted[i], &f);
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
    const struct series_row *rows = j->rows;
    bool *in_order = arena_array(j->a, j->n_kept, sizeof *in_order);
    mark_longest(j, in_order);
    const struct series_row *last = NULL;
    for (size_t i = 0; i < j->n_kept; i++) {
        const struct series_row *r = &rows[j->kept[i]];
        if (in_order[i]) {
            last = r;
            continue;
        }
        const char *expected;
        if (last != NULL && r->ts < last->ts) {
            expected = arena_printf(j->a, "after %s, the row before",
                                    date_format_iso(j->a, last->ts));
        } else {
            size_t next = i;
            while (next + 1 < j->n_kept && !in_order[next])
                next++;
            expected =
                arena_printf(j->a, "before %s, the row after",
                             date_format_iso(j->a, rows[j->kept[next]].ts));
        }
        struct validate_findings f = {.n = 0};
        validate_misplaced(j->a, j->rules, r, expected, &f);
        note(j, j->kept[i], &f);
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

/* Each row against those before it. */
static void
check_window(struct judge *j)
{
    struct validate_window w;
    if (j->context->before != NULL)
        w = *j->context->before;
    else
        validate_window_start(&w);
    for (size_t i = 0; i < j->n_kept; i++) {
        struct validate_findings f = {.n = 0};
        validate_in_window(j->a, j->rules, j->context, &w, &j->rows[j->kept[i]],
                           &f);
        note(j, j->kept[i], &f);
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
    check_window(&j);
    collect(&j, out);
}
