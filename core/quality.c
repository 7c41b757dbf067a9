#include "core/quality.h"

#include "core/calendar_bars.h"
#include "core/validate.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>

enum { DAYS_AT_ONCE = 2000, COLUMNS = 9 };

/* One instrument and interval. */
struct making {
    struct arena *a; /* of a portion of days */
    struct db *db;
    int64_t instrument_id;
    int32_t interval_s;
    int64_t now_ts;
    const struct calendar *calendar;
    const struct calendar_bars *bars;
    int64_t expect_from, expect_to; /* bars are expected between these */
    double agreement;               /* NaN: any close will do */
};

double
quality_score(const struct quality_day *d)
{
    double came = (double)d->stored, seen = (double)(d->stored + d->refused);
    double score = 1;
    if (d->expected == 0 && seen == 0)
        return NAN;
    if (d->expected > 0)
        score *= (double)d->present / (double)d->expected;
    if (seen > 0)
        score *= 1 - (double)d->refused / seen;
    if (came > 0)
        score *= 1 - (double)d->flagged / came / 2;
    if (d->compared > 0)
        score *= (double)d->agreed / (double)d->compared;
    return score;
}

/* --- counting ------------------------------------------------------------ */

/* Bars expected on a day, as far as any are; *first and *last of them. */
static int64_t
expected_on(const struct making *m, int64_t day, int64_t *first, int64_t *last)
{
    int64_t from = day > m->expect_from ? day : m->expect_from;
    int64_t to = day + DAY_S - 1;
    to = to < m->expect_to ? to : m->expect_to;
    int64_t n = from > to ? 0 : calendar_bars_count(m->bars, from, to);
    if (n > 0) {
        *first = calendar_bars_from(m->bars, from);
        *last = calendar_bars_until(m->bars, to);
    }
    return n;
}

/* Rows of SQL_quality_counts into the days that they are of. */
static void
counts_read(const struct db_rows *rows, int64_t from_ts,
            struct quality_day *days)
{
    for (int i = 0; i < db_count(rows); i++) {
        struct quality_day *d =
            &days[(db_i64(rows, i, "day_ts") - from_ts) / DAY_S];
        d->stored = db_i64(rows, i, "stored");
        d->present = db_i64(rows, i, "present");
        d->refused = db_i64(rows, i, "refused");
        d->flagged = db_i64(rows, i, "flagged");
        d->compared = db_i64(rows, i, "compared");
        d->agreed = db_i64(rows, i, "agreed");
    }
}

static bool
count(struct making *m, int64_t from_ts, size_t n, struct quality_day *days,
      struct err *err)
{
    struct arena *a = m->a;
    const char **firsts = arena_array(a, n, sizeof *firsts);
    const char **lasts = arena_array(a, n, sizeof *lasts);
    struct db_rows *rows;
    for (size_t i = 0; i < n; i++) {
        int64_t first, last, day = from_ts + (int64_t)i * DAY_S;
        days[i] = (struct quality_day){
            .day_ts = day, .expected = expected_on(m, day, &first, &last)};
        bool any = days[i].expected > 0;
        firsts[i] = any ? fmt_i64(a, first) : NULL;
        lasts[i] = any ? fmt_i64(a, last) : NULL;
    }
    if (!db_query(a, m->db, SQL_quality_counts,
                  DB_ARGS(fmt_i64(a, m->instrument_id),
                          fmt_i64(a, m->interval_s), fmt_i64(a, from_ts),
                          fmt_i64(a, days[n - 1].day_ts),
                          fmt_array(a, firsts, n), fmt_array(a, lasts, n),
                          fmt_f64(a, m->agreement)),
                  &rows, err))
        return false;
    counts_read(rows, from_ts, days);
    return true;
}

/* --- writing ------------------------------------------------------------- */

static bool
write_days(struct making *m, struct quality_day *days, size_t n,
           struct err *err)
{
    struct arena *a = m->a;
    const char *id = fmt_i64(a, m->instrument_id);
    const char *interval = fmt_i64(a, m->interval_s);
    const char **column[COLUMNS];
    size_t k = 0;
    for (size_t c = 0; c < COLUMNS; c++)
        column[c] = arena_array(a, n, sizeof *column[c]);
    for (size_t i = 0; i < n; i++) {
        const struct quality_day *d = &days[i];
        double score = quality_score(d);
        if (isnan(score))
            continue;
        const int64_t of[] = {d->day_ts,  d->expected, d->present,  d->stored,
                              d->refused, d->flagged,  d->compared, d->agreed};
        for (size_t c = 0; c < COUNT_OF(of); c++)
            column[c][k] = fmt_i64(a, of[c]);
        column[COLUMNS - 1][k++] = fmt_f64(a, score);
    }
    const char *args[2 + COLUMNS] = {id, interval};
    for (size_t c = 0; c < COLUMNS; c++)
        args[2 + c] = fmt_array(a, column[c], k);
    return db_exec(m->db, SQL_quality_clear,
                   DB_ARGS(id, interval, fmt_i64(a, days[0].day_ts),
                           fmt_i64(a, days[n - 1].day_ts)),
                   NULL, err) &&
           (k == 0 ||
            db_exec(m->db, SQL_quality_add,
                    (struct db_args){.n = 2 + COLUMNS, .v = args}, NULL, err));
}

/* --- the days ------------------------------------------------------------ */

/* The range, widened over the days that nobody brought anything for, up to the
 * nearest ones that have a row; they count from the first stored bar to the
 * last. */
static void
widen(const struct db_rows *frame, int64_t *from_ts, int64_t *to_ts)
{
    int64_t first = date_day_start(db_i64(frame, 0, "first_ts"));
    int64_t last = date_day_start(db_i64(frame, 0, "last_ts"));
    int64_t prev = db_i64(frame, 0, "prev_ts") + DAY_S;
    int64_t next = db_i64(frame, 0, "next_ts") - DAY_S;
    if (db_is_null(frame, 0, "first_ts"))
        return;
    prev = db_is_null(frame, 0, "prev_ts") || prev < first ? first : prev;
    next = db_is_null(frame, 0, "next_ts") || next > last ? last : next;
    if (*from_ts <= last && prev < *from_ts)
        *from_ts = prev;
    if (*to_ts >= first && next > *to_ts)
        *to_ts = next;
}

static bool
make_range(struct making *m, const struct calendar *all, size_t n_all,
           int64_t from_ts, int64_t to_ts, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *frame;
    bool ok = db_query_one(a, m->db, SQL_quality_frame,
                           DB_ARGS(fmt_i64(a, m->instrument_id),
                                   fmt_i64(a, m->interval_s),
                                   fmt_i64(a, from_ts), fmt_i64(a, to_ts)),
                           &frame, err);
    if (ok) {
        int64_t last = db_i64(frame, 0, "last_ts");
        m->calendar = calendar_find(all, n_all, db_text(frame, 0, "calendar"));
        int64_t due =
            calendar_bar_last_due(m->calendar, m->interval_s, m->now_ts);
        widen(frame, &from_ts, &to_ts);
        m->expect_from = db_i64(frame, 0, "first_ts");
        m->expect_to = db_is_null(frame, 0, "first_ts") ? INT64_MIN
                       : last > due                     ? last
                                                        : due;
        m->bars = calendar_bars_new(a, m->calendar, m->interval_s,
                                    calendar_grid_of(m->interval_s, last),
                                    from_ts, to_ts + DAY_S - 1);
    }
    for (int64_t day = from_ts; ok && day <= to_ts;
         day += DAYS_AT_ONCE * DAY_S) {
        int64_t left = (to_ts - day) / DAY_S + 1;
        size_t n = left < DAYS_AT_ONCE ? (size_t)left : DAYS_AT_ONCE;
        m->a = arena_new();
        struct quality_day *days = arena_array(m->a, n, sizeof *days);
        ok = count(m, day, n, days, err) && write_days(m, days, n, err);
        arena_free(m->a);
    }
    arena_free(a);
    return ok;
}

static bool
agreement_get(struct making *m, struct err *err)
{
    struct validate_rules rules;
    if (!validate_rules_get(m->db, m->instrument_id, &rules, err))
        return false;
    m->agreement = rules.rule[VALIDATE_AGREEMENT].severity == VALIDATE_OFF
                       ? NAN
                       : rules.rule[VALIDATE_AGREEMENT].threshold;
    return true;
}

bool
quality_update(struct db *db, int64_t instrument_id, int32_t interval_s,
               int64_t from_ts, int64_t to_ts, int64_t now_ts, struct err *err)
{
    struct arena *a = arena_new();
    struct making m = {.db = db,
                       .instrument_id = instrument_id,
                       .interval_s = interval_s,
                       .now_ts = now_ts};
    struct calendar *all;
    size_t n_all;
    bool ok = calendar_list(a, db, &all, &n_all, err) &&
              agreement_get(&m, err) &&
              make_range(&m, all, n_all, date_day_start(from_ts),
                         date_day_start(to_ts), err);
    arena_free(a);
    return ok;
}

/* --- what is to be made -------------------------------------------------- */

struct refresh {
    int64_t instrument_id;
    int32_t interval_s;
    int64_t now_ts;
};

/* The lock comes first: whoever waited for it sees what the other made. */
static bool
refresh_in_tx(struct db *db, void *arg, struct err *err)
{
    const struct refresh *r = arg;
    struct arena *a = arena_new();
    const char *id = fmt_i64(a, r->instrument_id);
    struct db_rows *rows;
    bool ok = db_exec(db, SQL_quality_lock, DB_ARGS(id), NULL, err) &&
              db_query(a, db, SQL_quality_dirty_take,
                       DB_ARGS(id, fmt_i64(a, r->interval_s)), &rows, err);
    for (int i = 0; ok && i < db_count(rows); i++)
        ok = quality_update(db, r->instrument_id, r->interval_s,
                            db_i64(rows, i, "from_ts"),
                            db_i64(rows, i, "to_ts"), r->now_ts, err);
    arena_free(a);
    return ok;
}

bool
quality_refresh(struct db *db, int64_t now_ts, bool (*progress)(void *arg),
                void *arg, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query(a, db, SQL_quality_dirty_list, DB_NONE, &rows, err);
    for (int i = 0; ok && i < db_count(rows); i++) {
        struct refresh r = {.instrument_id = db_i64(rows, i, "instrument_id"),
                            .interval_s =
                                (int32_t)db_i64(rows, i, "interval_s"),
                            .now_ts = now_ts};
        if (progress != NULL && !progress(arg))
            break;
        ok = db_tx(db, refresh_in_tx, &r, err);
    }
    arena_free(a);
    return ok;
}

/* --- reading ------------------------------------------------------------- */

bool
quality_list(struct arena *a, struct db *db, int64_t instrument_id,
             int32_t interval_s, int64_t from_ts, int64_t to_ts, size_t limit,
             struct quality_day **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_quality_list,
                  DB_ARGS(fmt_i64(a, instrument_id), fmt_i64(a, interval_s),
                          fmt_i64(a, from_ts), fmt_i64(a, to_ts),
                          fmt_i64(a, (int64_t)limit)),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < db_count(rows); i++)
        (*out)[i] = (struct quality_day){
            .day_ts = db_i64(rows, i, "day_ts"),
            .expected = db_i64(rows, i, "expected"),
            .present = db_i64(rows, i, "present"),
            .stored = db_i64(rows, i, "stored"),
            .refused = db_i64(rows, i, "refused"),
            .flagged = db_i64(rows, i, "flagged"),
            .compared = db_i64(rows, i, "compared"),
            .agreed = db_i64(rows, i, "agreed"),
            .score = db_f64(rows, i, "score"),
        };
    return true;
}
