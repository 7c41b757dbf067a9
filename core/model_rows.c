#include "core/model_rows.h"

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/format.h"

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
    hash_add(hash, (uint64_t)spec->target_id);
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
        err_set(err, ERR_INPUT, "the close of %s at %s is not a finite number",
                i < spec->n_inputs ? spec->inputs[i].symbol
                                   : spec->target_symbol,
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

struct reading {
    struct model_rows *rows;
    double *values;
};

static bool
read_row(void *arg, const struct db_field *fields, int n, struct err *err)
{
    struct reading *reading = arg;
    size_t n_values = (size_t)reading->rows->spec->n_inputs + 1;
    if (n != 2 || !db_field_f64_array(fields[1], reading->values, n_values))
        return err_set(err, ERR_INTERNAL,
                       "a training row has not the shape that was asked for");
    return model_rows_add(reading->rows, db_field_ts(fields[0]),
                          reading->values, err);
}

bool
model_rows_read(struct arena *a, struct db *db, const struct model_spec *spec,
                struct model_rows **out, struct err *err)
{
    struct model_rows *r = model_rows_new(a, spec, MODEL_SLICES_MAX);
    struct reading reading = {
        .rows = r,
        .values = arena_array(a, (size_t)spec->n_inputs + 1, sizeof(double)),
    };
    size_t n = (size_t)spec->n_inputs;
    const char **ids = arena_array(a, n + 1, sizeof(*ids));
    for (size_t i = 0; i < n; i++)
        ids[i] = fmt_i64(a, spec->inputs[i].instrument_id);
    ids[n] = fmt_i64(a, spec->target_id);
    if (!db_copy_out(
            db, SQL_model_rows_copy,
            DB_ARGS(fmt_array(a, ids, n + 1), fmt_i64(a, spec->interval_s)),
            read_row, &reading, err))
        return err_wrap(err, "training rows");
    model_rows_end(r);
    *out = r;
    return true;
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
