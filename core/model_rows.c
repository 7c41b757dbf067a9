#include "core/model_rows.h"

#include "lib/date.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FACTORS_MAX_BYTES = 4 << 20, SLICES_MIN = 64 };

/* Two lanes of multiply and shift: not against malice, but no two different
 * rows that ever occur will meet. source  MurmurHash3's finalizer (public
 * domain, A. Appleby) for the constants */
static void
hash_add(uint64_t hash[2], uint64_t v)
{
    hash[0] = (hash[0] ^ v) * 0xff51afd7ed558ccdULL;
    hash[0] ^= hash[0] >> 32;
    hash[1] = (hash[1] + v) * 0xc4ceb9fe1a85ec53ULL;
    hash[1] ^= hash[1] >> 29;
}

static void
hash_f64(uint64_t hash[2], double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    hash_add(hash, bits);
}

/* A verdict depends on the gate's numbers too, so they count as news. */
static void
hash_spec(uint64_t hash[2], const struct model_spec *spec)
{
    hash_add(hash, (uint64_t)spec->target.instrument_id);
    hash_add(hash, (uint64_t)spec->interval_s);
    hash_add(hash, spec->intercept ? 1 : 0);
    for (int i = 0; i < spec->n_inputs; i++) {
        hash_add(hash, (uint64_t)spec->inputs[i].instrument_id);
        for (const char *c = spec->inputs[i].name; *c != '\0'; c++)
            hash_add(hash, (uint64_t)*c);
    }
    hash_add(hash, (uint64_t)spec->min_rows);
    hash_f64(hash, spec->holdout_frac);
    hash_f64(hash, spec->min_r2);
    hash_f64(hash, spec->rmse_margin_frac);
    hash_f64(hash, spec->max_unexplained_ratio);
    hash_f64(hash, spec->max_known_ratio);
    hash_f64(hash, spec->max_condition);
    hash_f64(hash, spec->max_abs_coefficient);
    if (!isnan(spec->max_fold_spread)) {
        hash_f64(hash, spec->max_fold_spread);
        hash_add(hash, (uint64_t)(2 * spec->folds + (spec->rolling ? 1 : 0)));
    }
    /* What there is a choice of since: a model that chose nothing is the same
     * as before. */
    if (model_spec_is_plain(spec))
        return;
    for (const char *c = spec->rows_key; *c != '\0'; c++)
        hash_add(hash, (uint64_t)*c);
    hash_add(hash, (uint64_t)spec->method);
    hash_f64(hash, spec->lambda);
    hash_add(hash, (uint64_t)spec->window_rows);
    hash_add(hash, (uint64_t)spec->window_days);
}

struct model_rows *
model_rows_new(struct arena *a, const struct model_spec *spec,
               size_t max_slices)
{
    struct model_rows *r = arena_alloc(a, sizeof(*r));
    r->spec = spec;
    r->n = model_n_coefficients(spec);
    size_t bytes = linalg_factor_size(r->n) * sizeof(double);
    r->cap = FACTORS_MAX_BYTES / bytes / 2 * 2;
    if (r->cap < SLICES_MIN)
        r->cap = SLICES_MIN;
    if (r->cap > max_slices)
        r->cap = max_slices;
    assert(r->cap >= 2 && r->cap % 2 == 0);
    r->slices = arena_array(a, r->cap, sizeof(*r->slices));
    r->factors = arena_array(a, r->cap, bytes);
    r->slice_rows = 1;
    r->qr = linalg_qr_new(a, r->n, 0);
    r->pair = linalg_qr_new(a, r->n, 2 * (r->n + 1));
    r->row = arena_array(a, (size_t)r->n + 1, sizeof(double));
    hash_spec(r->hash, spec);
    return r;
}

static double *
factor_at(const struct model_rows *r, size_t i)
{
    return r->factors + i * linalg_factor_size(r->n);
}

/* Half as many slices, each of twice the rows. */
static void
merge_slices(struct model_rows *r)
{
    for (size_t i = 0; i < r->n_slices / 2; i++) {
        const struct model_slice *x = &r->slices[2 * i], *y = x + 1;
        model_rows_gather(r, 2 * i, 2 * i + 2, r->pair);
        linalg_qr_factor(r->pair, factor_at(r, i));
        r->slices[i] = (struct model_slice){.rows = x->rows + y->rows,
                                            .first_ts = x->first_ts,
                                            .last_ts = y->last_ts};
    }
    r->n_slices /= 2;
    r->slice_rows *= 2;
}

static void
end_slice(struct model_rows *r)
{
    if (r->current.rows == 0)
        return;
    if (r->n_slices == r->cap)
        merge_slices(r);
    linalg_qr_factor(r->qr, factor_at(r, r->n_slices));
    r->slices[r->n_slices++] = r->current;
    r->current = (struct model_slice){0};
    linalg_qr_clear(r->qr);
}

static bool
is_sound(const struct model_rows *r, int64_t ts, const double *values)
{
    if (r->rows > 0 && ts <= r->last_ts)
        return false;
    for (int i = 0; i <= r->spec->n_inputs; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

/* Says what is_sound did not like. */
static bool
refuse_row(const struct model_rows *r, int64_t ts, const double *values,
           struct err *err)
{
    struct arena *a = arena_new();
    const struct model_spec *spec = r->spec;
    int i = 0;
    while (i <= spec->n_inputs && isfinite(values[i]))
        i++;
    if (i > spec->n_inputs)
        err_set(err, ERR_INTERNAL,
                "training row of %s is not newer than the one before",
                date_format_iso(a, ts));
    else
        err_set(err, ERR_INPUT, "the %s at %s is not a finite number",
                model_input_words(a, model_input_at(spec, i)),
                date_format_iso(a, ts));
    arena_free(a);
    return false;
}

bool
model_rows_add(struct model_rows *r, int64_t ts, const double *values,
               struct err *err)
{
    if (!is_sound(r, ts, values))
        return refuse_row(r, ts, values, err);
    if (r->current.rows >= r->slice_rows)
        end_slice(r);
    int n = r->spec->n_inputs + 1;
    int first = r->spec->intercept ? 1 : 0;
    r->row[0] = 1;
    memcpy(r->row + first, values, (size_t)n * sizeof(*values));
    linalg_qr_add(r->qr, r->row);
    hash_add(r->hash, (uint64_t)ts);
    for (int i = 0; i < n; i++)
        hash_f64(r->hash, values[i]);
    if (r->rows == 0)
        r->first_ts = ts;
    if (r->current.rows == 0)
        r->current.first_ts = ts;
    r->last_ts = r->current.last_ts = ts;
    r->current.rows++;
    r->rows++;
    return true;
}

void
model_rows_end(struct model_rows *r)
{
    end_slice(r);
    snprintf(r->fingerprint, sizeof(r->fingerprint),
             "%" PRId64 "-%" PRId64 "-%016" PRIx64 "%016" PRIx64, r->rows,
             r->last_ts, r->hash[0], r->hash[1]);
}

size_t
model_rows_split(const struct model_rows *r, double frac)
{
    int64_t wanted = (int64_t)floor((double)r->rows * frac), behind = 0;
    size_t i = r->n_slices;
    while (i > 0 && behind < wanted)
        behind += r->slices[--i].rows;
    /* The last slice taken may have been more than half too much. */
    if (i < r->n_slices && 2 * (behind - wanted) > r->slices[i].rows)
        i++;
    if (i == r->n_slices && i > 0)
        i--;
    return i == 0 && r->n_slices > 1 ? 1 : i;
}

size_t
model_rows_find(const struct model_rows *r, int64_t ts)
{
    size_t i = 0;
    while (i < r->n_slices && r->slices[i].first_ts < ts)
        i++;
    return i;
}

void
model_rows_gather(const struct model_rows *r, size_t from, size_t to,
                  struct linalg_qr *qr)
{
    linalg_qr_clear(qr);
    for (size_t i = from; i < to; i++)
        linalg_qr_merge(qr, factor_at(r, i), r->slices[i].rows);
}

/* --- kept from one reading to the next -------------------------------------
 */

struct head {
    char mark[8];
    int64_t n, n_slices, slice_rows, rows, first_ts, last_ts;
    struct model_slice current;
    uint64_t hash[2];
};

static const char MARK[8] = "qmrows1";

/* The upper triangle, by columns. */
static size_t
triangle_size(int n)
{
    size_t columns = (size_t)n + 1;
    return columns * (columns + 1) / 2;
}

static double *
triangle_pack(int n, const double *factor, double *out)
{
    for (int j = 0; j <= n; j++) {
        memcpy(out, factor + (size_t)j * (size_t)(n + 1),
               (size_t)(j + 1) * sizeof(double));
        out += j + 1;
    }
    return out;
}

static const double *
triangle_unpack(int n, const double *in, double *factor)
{
    memset(factor, 0, linalg_factor_size(n) * sizeof(double));
    for (int j = 0; j <= n; j++) {
        memcpy(factor + (size_t)j * (size_t)(n + 1), in,
               (size_t)(j + 1) * sizeof(double));
        in += j + 1;
    }
    return in;
}

static size_t
saved_size(int n, size_t n_slices)
{
    return sizeof(struct head) + n_slices * sizeof(struct model_slice) +
           (n_slices + 1) * triangle_size(n) * sizeof(double);
}

size_t
model_rows_saved_size(const struct model_rows *r)
{
    return saved_size(r->n, r->n_slices);
}

void
model_rows_save(struct arena *a, struct model_rows *r, void *out)
{
    struct head head = {
        .n = r->n,
        .n_slices = (int64_t)r->n_slices,
        .slice_rows = r->slice_rows,
        .rows = r->rows,
        .first_ts = r->first_ts,
        .last_ts = r->last_ts,
        .current = r->current,
        .hash = {r->hash[0], r->hash[1]},
    };
    memcpy(head.mark, MARK, sizeof(MARK));
    char *to = out;
    memcpy(to, &head, sizeof(head));
    to += sizeof(head);
    memcpy(to, r->slices, r->n_slices * sizeof(*r->slices));
    double *triangles = (void *)(to + r->n_slices * sizeof(*r->slices));
    for (size_t i = 0; i < r->n_slices; i++)
        triangles = triangle_pack(r->n, factor_at(r, i), triangles);
    double *current = arena_array(a, linalg_factor_size(r->n), sizeof(double));
    linalg_qr_factor(r->qr, current);
    triangle_pack(r->n, current, triangles);
}

bool
model_rows_restore(struct arena *a, struct model_rows *r, const void *saved,
                   size_t size)
{
    struct head head;
    if (size < sizeof(head))
        return false;
    memcpy(&head, saved, sizeof(head));
    if (memcmp(head.mark, MARK, sizeof(MARK)) != 0 || head.n != r->n ||
        head.n_slices < 0 || head.n_slices > (int64_t)r->cap ||
        size != saved_size(r->n, (size_t)head.n_slices))
        return false;
    r->n_slices = (size_t)head.n_slices;
    r->slice_rows = head.slice_rows;
    r->rows = head.rows;
    r->first_ts = head.first_ts;
    r->last_ts = head.last_ts;
    r->current = head.current;
    memcpy(r->hash, head.hash, sizeof(r->hash));
    const char *from = (const char *)saved + sizeof(head);
    memcpy(r->slices, from, r->n_slices * sizeof(*r->slices));
    const double *triangles =
        (const void *)(from + r->n_slices * sizeof(*r->slices));
    for (size_t i = 0; i < r->n_slices; i++)
        triangles = triangle_unpack(r->n, triangles, factor_at(r, i));
    double *current = arena_array(a, linalg_factor_size(r->n), sizeof(double));
    triangle_unpack(r->n, triangles, current);
    if (r->current.rows > 0)
        linalg_qr_merge(r->qr, current, r->current.rows);
    return true;
}
