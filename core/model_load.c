#include "core/model_load.h"

#include "core/mill.h"
#include "core/model_read.h"
#include "lib/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Changes with what is in the bytes that are kept. */
enum { STATE_VERSION = 1 };

struct loading {
    struct arena *a;
    const struct model_spec *spec;
    struct model_feed *feed;
    struct model_data *out;
    bool into_rows; /* rows go into the factors at once */
    /* kept factors: */
    const char *made_by, *snapshot;
    char *saved; /* as of saved_ts; NULL: none */
    size_t saved_size;
    int64_t saved_ts, kept_ts;
};

static bool
take_row(void *arg, int64_t ts, const double *values, struct err *err)
{
    struct loading *l = arg;
    if (l->out->spill != NULL &&
        !model_spill_add(l->out->spill, ts, values, err))
        return false;
    return !l->into_rows || model_rows_add(l->out->rows, ts, values, err);
}

static void
start(struct loading *l)
{
    l->feed = model_feed_new(l->a, l->spec);
    l->out->rows = model_rows_new(l->a, l->spec, MODEL_SLICES_MAX);
}

/* --- kept factors -----------------------------------------------------------
 */

static bool
take_bytes(void *arg, const struct db_field *fields, int n, struct err *err)
{
    struct loading *l = arg;
    if (n != 1 || fields[0].len < 0)
        return err_set(err, ERR_INTERNAL, "a kept factor has another shape");
    l->saved_size = (size_t)fields[0].len;
    l->saved = arena_alloc(l->a, l->saved_size);
    memcpy(l->saved, fields[0].data, l->saved_size);
    return true;
}

/* Bytes of another kind are none; then everything is read. */
static bool
restore(struct loading *l)
{
    size_t feed = model_feed_state_size(l->feed) * sizeof(double);
    if (l->saved_size <= feed ||
        !model_rows_restore(l->a, l->out->rows, l->saved + feed,
                            l->saved_size - feed))
        return false;
    model_feed_restore(l->feed, (const void *)l->saved);
    return true;
}

/* Takes over what is kept and still good. */
static bool
find_kept(struct loading *l, struct db *db, struct err *err)
{
    struct db_rows *kept;
    const uint64_t *hash = l->out->rows->hash;
    const char *id = fmt_i64(l->a, l->spec->id);
    l->made_by =
        arena_printf(l->a, "%d.%d.%016" PRIx64 "%016" PRIx64, STATE_VERSION,
                     (int)mill_version(), hash[0], hash[1]);
    if (!db_query_one(l->a, db, SQL_model_factor_find, DB_ARGS(id, l->made_by),
                      &kept, err))
        return false;
    l->snapshot = db_text(kept, 0, "snapshot");
    if (db_is_null(kept, 0, "through_ts"))
        return true;
    if (!db_copy_out(db, SQL_model_factor_copy, DB_ARGS(id), take_bytes, l,
                     err))
        return false;
    l->out->continued = l->saved != NULL && restore(l);
    l->saved = NULL;
    if (l->out->continued)
        l->kept_ts = db_i64(kept, 0, "through_ts");
    return true;
}

/* All but the newest times have been added. */
static bool
save(void *arg, int64_t through_ts, struct err *err)
{
    struct loading *l = arg;
    (void)err;
    size_t feed = model_feed_state_size(l->feed) * sizeof(double);
    l->saved_size = feed + model_rows_saved_size(l->out->rows);
    l->saved = arena_alloc(l->a, l->saved_size);
    l->saved_ts = through_ts;
    model_feed_save(l->feed, (void *)l->saved);
    model_rows_save(l->a, l->out->rows, l->saved + feed);
    return true;
}

static const char *
hex(struct arena *a, const char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(a, 2 * size + 3), *to = text;
    *to++ = '\\';
    *to++ = 'x';
    for (size_t i = 0; i < size; i++) {
        unsigned byte = (unsigned char)bytes[i];
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 15];
    }
    *to = '\0';
    return text;
}

static bool
keep(struct loading *l, struct db *db, struct err *err)
{
    const char *id = fmt_i64(l->a, l->spec->id);
    if (l->saved == NULL) /* nothing new but the newest times, or too little */
        return !l->out->continued ||
               db_exec(db, SQL_model_factor_seen, DB_ARGS(id, l->snapshot),
                       NULL, err);
    return db_exec(db, SQL_model_factor_save,
                   DB_ARGS(id, l->made_by, l->snapshot,
                           fmt_i64(l->a, l->saved_ts),
                           fmt_i64(l->a, l->out->rows->rows),
                           hex(l->a, l->saved, l->saved_size)),
                   NULL, err);
}

static bool
load_all(struct loading *l, struct db *db, struct model_read *read,
         struct err *err)
{
    if (!find_kept(l, db, err))
        return false;
    read->feed = l->feed;
    if (l->out->continued)
        read->from_ts = l->kept_ts + 1;
    read->held = save;
    read->hold = MODEL_HOLD_TIMES;
    return model_read(l->a, db, read, err) && keep(l, db, err);
}

/* --- windows -----------------------------------------------------------------
 */

static bool
add_row(void *arg, int64_t ts, const double *values, struct err *err)
{
    return model_rows_add(arg, ts, values, err);
}

/* Where the last so many rows begin is known when they are counted: bars from
 * as far back as the target has so many of are read, and from twice as far
 * until there are enough rows. */
static bool
load_last_rows(struct loading *l, struct db *db, struct model_read *read,
               struct err *err)
{
    const struct model_spec *spec = l->spec;
    int64_t wanted = spec->window_rows, back = wanted + wanted / 4, n;
    l->into_rows = false;
    for (bool all = false;; back *= 2) {
        struct db_rows *at;
        if (!db_query_one(l->a, db, SQL_model_window_from,
                          DB_ARGS(fmt_i64(l->a, spec->target.instrument_id),
                                  fmt_i64(l->a, spec->interval_s),
                                  fmt_i64(l->a, back)),
                          &at, err))
            return false;
        all = db_is_null(at, 0, "from_ts");
        start(l);
        read->feed = l->feed;
        l->out->spill = model_spill_new(l->a, spec->n_inputs + 1);
        if ((!all &&
             !model_read_from(l->a, db, read, db_i64(at, 0, "from_ts"), err)) ||
            !model_read(l->a, db, read, err))
            return false;
        n = model_spill_rows(l->out->spill);
        if (all || n >= wanted)
            break;
    }
    l->out->spill_from = n > wanted ? n - wanted : 0;
    return model_spill_each(l->out->spill, l->out->spill_from, n, add_row,
                            l->out->rows, err);
}

static bool
load_last_days(struct loading *l, struct db *db, struct model_read *read,
               struct err *err)
{
    struct db_rows *at;
    const struct model_spec *spec = l->spec;
    if (!db_query_one(l->a, db, SQL_model_window_from,
                      DB_ARGS(fmt_i64(l->a, spec->target.instrument_id),
                              fmt_i64(l->a, spec->interval_s), "0"),
                      &at, err))
        return false;
    if (!db_is_null(at, 0, "from_ts")) {
        enum { DAY = 86400 };
        int64_t last = db_i64(at, 0, "from_ts");
        if (!model_read_from(l->a, db, read, last - spec->window_days * DAY + 1,
                             err))
            return false;
    }
    return model_read(l->a, db, read, err);
}

static bool
load(struct loading *l, struct db *db, struct err *err)
{
    const struct model_spec *spec = l->spec;
    struct model_read read = {.feed = l->feed,
                              .from_ts = MODEL_FIRST_TS,
                              .first_ts = MODEL_FIRST_TS,
                              .row = take_row,
                              .arg = l};
    if (!model_read_until(l->a, db, spec, &read.to_ts, err))
        return false;
    if (spec->window_rows > 0)
        return load_last_rows(l, db, &read, err);
    if (spec->window_days > 0)
        return load_last_days(l, db, &read, err);
    return spec->method == FIT_HUBER ? model_read(l->a, db, &read, err)
                                     : load_all(l, db, &read, err);
}

bool
model_load(struct arena *a, struct db *db, const struct model_spec *spec,
           struct model_data *out, struct err *err)
{
    struct loading l = {.a = a, .spec = spec, .out = out, .into_rows = true};
    *out = (struct model_data){0};
    start(&l);
    if (spec->method == FIT_HUBER)
        out->spill = model_spill_new(a, spec->n_inputs + 1);
    if (!load(&l, db, err))
        return err_wrap(err, "training rows");
    out->left_out = l.feed->left_out;
    model_rows_end(out->rows);
    return true;
}

bool
model_load_tidy(struct db *db, struct err *err)
{
    return db_exec(db, SQL_model_factor_tidy, DB_NONE, NULL, err) &&
           db_exec(db, SQL_model_touch_tidy, DB_NONE, NULL, err);
}
