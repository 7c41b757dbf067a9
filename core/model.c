/* What is done with versions that are there already. Retraining is in
 * core/model_train.c, so that the console does not carry LAPACK with it. */
#include "core/model.h"

#include "core/audit.h"
#include "core/calendar.h"
#include "core/model_spec.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"

#include <string.h>

bool
model_names(struct arena *a, struct db *db, const char *const **names,
            size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_model_name_list, DB_NONE, &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    const char **list = arena_array(a, *n, sizeof(*list));
    for (size_t i = 0; i < *n; i++)
        list[i] = db_text(rows, (int)i, "name");
    *names = list;
    return true;
}

struct activation {
    struct arena *a;
    const struct model_choice *choice;
};

static bool
check_choice(const struct model_choice *c, const struct db_rows *found,
             struct err *err)
{
    if (db_count(found) == 0)
        return err_set(err, ERR_MISSING, "no model is named %.60s", c->name);
    if (db_is_null(found, 0, "version_id"))
        return err_set(err, ERR_MISSING, "model %s has no version %lld",
                       c->name, (long long)c->version);
    const char *state = db_text(found, 0, "state");
    if (strcmp(state, "active") == 0)
        return err_set(err, ERR_CONFLICT,
                       "version %lld of model %s is active already",
                       (long long)c->version, c->name);
    if (strcmp(state, "refused") != 0)
        return true;
    if (!c->even_refused)
        return err_set(err, ERR_INPUT,
                       "version %lld of model %s was refused by the quality "
                       "gate; to take it all the same, say so",
                       (long long)c->version, c->name);
    if (c->why[strspn(c->why, " \t\r\n")] == '\0')
        return err_set(err, ERR_INPUT,
                       "a reason is needed to take version %lld, which the "
                       "quality gate refused",
                       (long long)c->version);
    return true;
}

/* {"version": 3} or, before, null when none was active. */
static const char *
version_json(struct arena *a, const struct db_rows *found,
             const struct model_choice *choice)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_key(b, "version");
    if (choice != NULL)
        json_put_i64(b, choice->version);
    else
        json_put_i64(b, db_i64(found, 0, "active"));
    if (choice != NULL) {
        json_key(b, "was");
        json_put_str(b, db_text(found, 0, "state"));
        json_key(b, "why");
        json_put_str(b, choice->why);
    }
    json_close(b, '}');
    return b->data;
}

static bool
activate(struct db *db, void *arg, struct err *err)
{
    struct activation *act = arg;
    struct arena *a = act->a;
    const struct model_choice *c = act->choice;
    struct db_rows *found;
    if (!model_lock(db, c->name, err) ||
        !db_query(a, db, SQL_model_version_find,
                  DB_ARGS(c->name, fmt_i64(a, c->version)), &found, err) ||
        !check_choice(c, found, err))
        return false;
    const char *model_id = db_text(found, 0, "model_id");
    const char *version_id = db_text(found, 0, "version_id");
    const char *before =
        db_is_null(found, 0, "active") ? NULL : version_json(a, found, NULL);
    return db_exec(db, SQL_model_version_retire, DB_ARGS(model_id), NULL,
                   err) &&
           db_exec(db, SQL_model_version_activate, DB_ARGS(version_id), NULL,
                   err) &&
           db_exec(db, SQL_model_activation_add,
                   DB_ARGS(model_id, version_id, c->who, c->why, "chosen"),
                   NULL, err) &&
           audit_add(db, c->who, "model.activate",
                     arena_printf(a, "model:%s", c->name), before,
                     version_json(a, found, c), c->address, err);
}

bool
model_activate(struct db *db, const struct model_choice *choice,
               struct err *err)
{
    struct activation act = {.a = arena_new(), .choice = choice};
    bool ok = db_tx(db, activate, &act, err);
    arena_free(act.a);
    return ok;
}

static bool
state_get(struct arena *a, struct db *db, const char *name,
          struct db_rows **state, struct err *err)
{
    if (!db_query(a, db, SQL_model_state, DB_ARGS(name), state, err))
        return false;
    if (db_count(*state) == 0)
        return err_set(err, ERR_MISSING, "no model is named %.60s", name);
    if (db_is_null(*state, 0, "version"))
        return err_set(err, ERR_MISSING, "model %s has no active version yet",
                       name);
    return true;
}

/* The newest session of all the calendars that is overdue by now: each
 * calendar has it, and each calendar's bar of it is late enough. 0: none in
 * the last year. */
static int64_t
newest_overdue(const struct calendar *c, size_t n, int64_t now_ts)
{
    enum { YEAR_S = 366 * DAY_S };
    int64_t ts = now_ts;
    for (size_t i = 0; i < n; i++) {
        int64_t limit = now_ts - c[i].late_after_s - c[i].stale_after_s;
        ts = limit < ts ? limit : ts;
    }
    ts = date_day_start(ts);
    while (ts > now_ts - YEAR_S) {
        size_t open = 0;
        while (open < n && calendar_is_session(&c[open], ts))
            open++;
        if (open == n)
            return ts;
        ts -= DAY_S;
    }
    return 0;
}

/* The calendars of the model's instruments, from a JSON array of names. */
static bool
calendars_of(struct arena *a, struct db *db, const char *names,
             struct calendar **out, size_t *n, struct err *err)
{
    struct calendar *all;
    struct json list;
    size_t n_all;
    *n = 0;
    if (!calendar_list(a, db, &all, &n_all, err) ||
        !json_parse(a, names, strlen(names), &list, err))
        return false;
    *out = arena_array(a, json_count(list), sizeof(**out));
    for (struct json_iter it = json_iter(list); json_next(&it);) {
        const struct calendar *c =
            calendar_find(all, n_all, json_str(it.value));
        if (c != NULL)
            (*out)[(*n)++] = *c;
    }
    return true;
}

static bool
freshness_of(struct arena *a, struct db *db, const struct db_rows *state,
             int64_t now_ts, struct model_freshness *f, struct err *err)
{
    struct calendar *calendars;
    size_t n;
    *f = (struct model_freshness){.last_ts = db_i64(state, 0, "last_ts")};
    if (!calendars_of(a, db, db_text(state, 0, "calendars"), &calendars, &n,
                      err))
        return false;
    int64_t overdue = newest_overdue(calendars, n, now_ts);
    if (overdue > f->last_ts) {
        f->stale = true;
        f->since_ts = overdue;
        f->words = arena_printf(
            a, "fitted on data up to %s; that of %s is overdue",
            date_format_day(a, f->last_ts), date_format_day(a, overdue));
    } else if (!db_is_null(state, 0, "failed_run")) {
        f->stale = true;
        f->words = arena_printf(
            a, "run %lld, which should have retrained it, failed: %s",
            (long long)db_i64(state, 0, "failed_run"),
            db_text(state, 0, "failed_words"));
    }
    return true;
}

bool
model_freshness(struct arena *a, struct db *db, const char *name,
                int64_t now_ts, struct model_freshness *out, struct err *err)
{
    struct db_rows *state;
    return state_get(a, db, name, &state, err) &&
           freshness_of(a, db, state, now_ts, out, err);
}

static void
put_model(struct buf *out, const char *name, const struct db_rows *state)
{
    json_key(out, "model");
    json_open(out, '{');
    json_key(out, "name");
    json_put_str(out, name);
    json_key(out, "version");
    json_put_i64(out, db_i64(state, 0, "version"));
    json_key(out, "rows");
    json_put_i64(out, db_i64(state, 0, "rows"));
    json_key(out, "r2");
    json_put_f64(out, db_f64(state, 0, "r2"));
    json_key(out, "rmse");
    json_put_f64(out, db_f64(state, 0, "rmse"));
    json_close(out, '}');
}

bool
model_coefficients_json(struct arena *a, struct db *db, const char *name,
                        int64_t now_ts, struct buf *out, struct err *err)
{
    struct db_rows *state;
    struct model_freshness f;
    if (!state_get(a, db, name, &state, err) ||
        !freshness_of(a, db, state, now_ts, &f, err))
        return false;
    json_open(out, '{');
    json_key(out, "coefficients");
    json_open(out, '{');
    for (int i = 0; i < db_count(state); i++) {
        json_key(out, db_text(state, i, "coefficient"));
        json_put_f64(out, db_f64(state, i, "value"));
    }
    json_close(out, '}');
    json_key(out, "last_updated");
    json_put_str(out, date_format_iso(a, db_i64(state, 0, "fitted_at")));
    json_key(out, "stale");
    json_put_bool(out, f.stale);
    json_key(out, "stale_reason");
    json_put_str(out, f.words);
    put_model(out, name, state);
    json_key(out, "simulated");
    json_put_bool(out, db_bool(state, 0, "simulated"));
    json_close(out, '}');
    return true;
}
