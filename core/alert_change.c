/* Changes of stored alert rules: who may, what is refused, what is audited. */
#include "core/alert_condition.h"
#include "core/alert_own.h"
#include "core/alert_words.h"
#include "core/audit.h"
#include "lib/format.h"
#include "lib/utf8.h"

#include <math.h>
#include <string.h>

struct change {
    struct arena *a;
    const struct alert_actor *who;
    const struct alert_stored *stored; /* to save */
    const int64_t *ids;
    size_t n_ids;
    int64_t version; /* that is expected; 0: any */
    bool enable;
    int64_t id, n; /* out */
};

/* A list of ids without those that came before. */
static const char *
id_array(struct arena *a, const int64_t *ids, size_t n)
{
    const char **texts = arena_array(a, n, sizeof *texts);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < i && ids[k] != ids[i])
            k++;
        if (k == i)
            texts[kept++] = fmt_i64(a, ids[i]);
    }
    return fmt_array(a, texts, kept);
}

static bool
denied(struct err *err)
{
    return err_set(err, ERR_DENIED,
                   "you may see this alert rule, but only its owner and admins "
                   "change it");
}

/* A rule that is about to be changed by whoever asks. */
static bool
take(struct arena *a, struct db *db, const struct alert_actor *who, int64_t id,
     int64_t version, struct alert_stored *out, struct err *err)
{
    if (!db_exec(db, SQL_alert_lock, DB_ARGS(id_array(a, &id, 1)), NULL, err) ||
        !alert_stored_get(a, db, who, id, out, err))
        return false;
    if (!out->may_change)
        return denied(err);
    if (version != 0 && version != out->version)
        return err_set(err, ERR_CONFLICT,
                       "somebody has changed this alert rule since: it is of "
                       "version %lld now",
                       (long long)out->version);
    return true;
}

static const char *
rule_json(struct arena *a, const struct alert_stored *s)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    alert_put_rule(a, b, s);
    json_close(b, '}');
    return b->data;
}

static bool
audit(struct db *db, const struct change *c, const char *action, int64_t id,
      const char *before, const char *after, struct err *err)
{
    return audit_add(db, c->who->name, action,
                     arena_printf(c->a, "alert:%lld", (long long)id), before,
                     after, c->who->address, err);
}

/* --- what only the database knows ----------------------------------------- */

static bool
check_instrument(struct alert_lookups *l, int64_t id, struct err *err)
{
    struct db_rows *rows;
    if (!alert_lookup(l, SQL_alert_instrument, DB_ARGS(fmt_i64(l->a, id)),
                      &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_INPUT, "symbol: There is no such instrument");
    return db_bool(rows, 0, "active") ||
           err_set(err, ERR_INPUT,
                   "symbol: %s is retired, so nothing comes to be watched",
                   db_text(rows, 0, "symbol"));
}

static bool
check_channels(struct alert_lookups *l, const char *field, const int64_t *ids,
               size_t n, struct err *err)
{
    struct db_rows *rows;
    if (n == 0)
        return true;
    if (!alert_lookup(l, SQL_alert_channels, DB_ARGS(id_array(l->a, ids, n)),
                      &rows, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        int k = 0;
        while (k < db_count(rows) && db_i64(rows, k, "id") != ids[i])
            k++;
        if (k == db_count(rows))
            return err_set(err, ERR_INPUT, "%s: There is no such channel",
                           field);
    }
    return true;
}

/* The subject as the condition will write it. */
static bool
check_subject(struct alert_lookups *l, struct alert_stored *s, struct err *err)
{
    struct db_rows *rows;
    const struct alert_condition *c = alert_condition_find(s->condition);
    if (s->subject == NULL)
        return true;
    if (!alert_lookup(l, SQL_alert_subject, DB_ARGS(c->subject, s->subject),
                      &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_INPUT, "subject: There is no %s \"%.80s\"",
                       c->subject, s->subject);
    s->subject = db_text(rows, 0, "name");
    return true;
}

bool
alert_check_with(struct alert_lookups *l, struct alert_stored *s,
                 struct err *err)
{
    const char *field, *wrong = alert_stored_check(l->a, s, &field);
    if (wrong != NULL)
        return err_set(err, ERR_INPUT, "%s: %s", field, wrong);
    return (s->is_pipeline ? check_subject(l, s, err)
                           : check_instrument(l, s->instrument_id, err)) &&
           check_channels(l, "channels", s->channels,
                          s->by_severity ? 0 : s->n_channels, err) &&
           check_channels(l, "escalate_to", s->escalate_to, s->n_escalate_to,
                          err);
}

/* --- writing -------------------------------------------------------------- */

enum { RULE_ARGS = 24 };

/* $1 to $24 of alert_add.sql, and the last one. */
static struct db_args
rule_args(struct arena *a, const struct alert_stored *s, const char *last)
{
    const struct alert_rule *r = &s->rule;
    bool is_series = !s->is_pipeline;
    const char **args = arena_array(a, RULE_ARGS + 1, sizeof *args);
    const char *const all[RULE_ARGS + 1] = {
        s->name,
        fmt_bool(s->shared),
        fmt_bool(s->enabled),
        is_series ? "series" : "pipeline",
        s->severity,
        is_series ? fmt_i64(a, s->instrument_id) : NULL,
        is_series ? fmt_i64(a, r->interval_s) : NULL,
        is_series ? alert_term_name(a, &r->left) : NULL,
        is_series ? alert_op_name(r->op) : NULL,
        is_series ? alert_term_name(a, &r->right) : NULL,
        is_series ? fmt_i64(a, r->for_bars) : "1",
        is_series ? fmt_f64(a, r->clear) : NULL,
        is_series ? fmt_i64(a, r->no_data_s) : "0",
        is_series ? NULL : s->condition,
        is_series ? NULL : fmt_f64(a, s->threshold),
        is_series ? NULL : s->subject,
        fmt_i64(a, r->cooldown_s),
        fmt_bool(r->once),
        s->by_severity ? NULL : id_array(a, s->channels, s->n_channels),
        fmt_bool(s->tell_resolved),
        fmt_i64(a, s->remind_s),
        fmt_i64(a, s->escalate_s),
        s->n_escalate_to == 0 ? NULL
                              : id_array(a, s->escalate_to, s->n_escalate_to),
        s->note != NULL ? s->note : "",
        last,
    };
    memcpy(args, all, sizeof all);
    return (struct db_args){.n = RULE_ARGS + 1, .v = args};
}

const char *
alert_owner_of(struct arena *a, const struct alert_actor *who)
{
    return who->user_id != 0 ? fmt_i64(a, who->user_id) : NULL;
}

bool
alert_check_room(struct arena *a, struct db *db, const struct alert_actor *who,
                 struct err *err)
{
    struct db_rows *rows;
    if (!db_query_one(a, db, SQL_alert_count, DB_ARGS(alert_owner_of(a, who)),
                      &rows, err))
        return false;
    return db_i64(rows, 0, "n") <= ALERT_RULES_MAX ||
           err_set(err, ERR_CONFLICT,
                   "you have %d alert rules, which is the most there may be: "
                   "delete some first",
                   ALERT_RULES_MAX);
}

static bool
same_text(const char *x, const char *y)
{
    return (x == NULL) == (y == NULL) && (x == NULL || strcmp(x, y) == 0);
}

static bool
same_number(double x, double y)
{
    return (isnan(x) && isnan(y)) || x == y;
}

/* Whether what one has seen is true of the other. */
static bool
watches_the_same(struct arena *a, const struct alert_stored *x,
                 const struct alert_stored *y)
{
    if (x->is_pipeline != y->is_pipeline || x->enabled != y->enabled ||
        x->rule.once != y->rule.once ||
        x->rule.cooldown_s != y->rule.cooldown_s)
        return false;
    if (x->fault != NULL)
        return false;
    if (x->is_pipeline)
        return same_text(x->condition, y->condition) &&
               same_number(x->threshold, y->threshold) &&
               same_text(x->subject, y->subject);
    return x->instrument_id == y->instrument_id &&
           x->rule.interval_s == y->rule.interval_s &&
           x->rule.for_bars == y->rule.for_bars &&
           x->rule.no_data_s == y->rule.no_data_s &&
           same_number(x->rule.clear, y->rule.clear) &&
           strcmp(alert_condition_name(a, &x->rule),
                  alert_condition_name(a, &y->rule)) == 0;
}

/* Whoever may not have rules adds none. */
static bool
may_add(const struct alert_actor *who, struct err *err)
{
    return who->may_write || who->is_admin ||
           err_set(err, ERR_DENIED, "viewers have no alert rules");
}

static struct db_call
keep_call(struct arena *a, const struct alert_stored *before)
{
    const char **args = arena_array(a, 3, sizeof *args);
    args[0] = fmt_i64(a, before->id);
    args[1] = fmt_i64(a, before->version);
    args[2] = fmt_i64(a, before->version + 1);
    return (struct db_call){.sql = SQL_alert_state_keep,
                            .args = {.n = 3, .v = args}};
}

bool
alert_write_all(struct arena *a, struct db *db, const struct alert_actor *who,
                struct alert_write *list, size_t n, struct err *err)
{
    struct db_call *calls = arena_array(a, 2 * n, sizeof *calls);
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        const struct alert_stored *s = &list[i].now, *before = list[i].before;
        if (before == NULL && !may_add(who, err))
            return false;
        calls[k].sql = before == NULL ? SQL_alert_add : SQL_alert_replace;
        calls[k++].args = rule_args(a, s,
                                    before == NULL ? alert_owner_of(a, who)
                                                   : fmt_i64(a, before->id));
        if (before != NULL && watches_the_same(a, before, s))
            calls[k++] = keep_call(a, before);
    }
    if (!db_query_many(a, db, calls, k, err))
        return false;
    for (size_t i = 0, c = 0; i < n; i++, c++) {
        while (calls[c].sql == SQL_alert_state_keep)
            c++;
        list[i].id = list[i].before != NULL ? list[i].before->id
                                            : db_i64(calls[c].rows, 0, "id");
    }
    return true;
}

struct db_call
alert_audit_call(struct arena *a, const struct alert_actor *who, int64_t id,
                 const struct alert_stored *before,
                 const struct alert_stored *now)
{
    return audit_call(a, who->name,
                      before == NULL ? "alert.add" : "alert.change",
                      arena_printf(a, "alert:%lld", (long long)id),
                      before == NULL ? NULL : rule_json(a, before),
                      rule_json(a, now), who->address);
}

static bool
save_part(struct arena *a, struct db *db, const struct alert_actor *who,
          const struct alert_stored *s, int64_t *id, struct err *err)
{
    struct alert_lookups l = {.a = a, .db = db};
    struct alert_write w = {.now = *s};
    struct alert_stored before;
    if (s->id != 0) {
        if (!take(a, db, who, s->id, s->version, &before, err))
            return false;
        w.before = &before;
    }
    if (!alert_check_with(&l, &w.now, err) ||
        !alert_write_all(a, db, who, &w, 1, err) ||
        !alert_stored_get(a, db, who, w.id, &w.now, err))
        return false;
    *id = w.id;
    struct db_call call = alert_audit_call(a, who, w.id, w.before, &w.now);
    return db_query_many(a, db, &call, 1, err);
}

static bool
save_in_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    return save_part(c->a, db, c->who, c->stored, &c->id, err) &&
           (c->stored->id != 0 || alert_check_room(c->a, db, c->who, err));
}

bool
alert_save(struct db *db, const struct alert_actor *who,
           const struct alert_stored *s, int64_t *id, struct err *err)
{
    struct change c = {.a = arena_new(), .who = who, .stored = s};
    bool ok = db_tx(db, save_in_tx, &c, err);
    arena_free(c.a);
    if (ok)
        *id = c.id;
    return ok;
}

static bool
delete_in_tx(struct db *db, void *arg, struct err *err)
{
    const struct change *c = arg;
    struct alert_stored s;
    return take(c->a, db, c->who, c->id, c->version, &s, err) &&
           db_exec(db, SQL_alert_delete, DB_ARGS(fmt_i64(c->a, c->id)), NULL,
                   err) &&
           audit(db, c, "alert.delete", c->id, rule_json(c->a, &s), NULL, err);
}

bool
alert_delete(struct db *db, const struct alert_actor *who, int64_t id,
             int64_t version, struct err *err)
{
    struct change c = {
        .a = arena_new(), .who = who, .id = id, .version = version};
    bool ok = db_tx(db, delete_in_tx, &c, err);
    arena_free(c.a);
    return ok;
}

/* --- many at once, and copies --------------------------------------------- */

static bool
enable_one(struct db *db, struct change *c, int64_t id, struct err *err)
{
    struct alert_stored s;
    static const char *const json[] = {"{\"enabled\": false}",
                                       "{\"enabled\": true}"};
    if (!alert_stored_get(c->a, db, c->who, id, &s, err))
        return false;
    if (!s.may_change)
        return denied(err);
    if (s.enabled == c->enable)
        return true;
    if (c->enable && !s.is_pipeline &&
        !check_instrument(&(struct alert_lookups){.a = c->a, .db = db},
                          s.instrument_id, err))
        return false;
    c->n++;
    return db_exec(db, SQL_alert_enable,
                   DB_ARGS(fmt_i64(c->a, id), fmt_bool(c->enable)), NULL,
                   err) &&
           audit(db, c, c->enable ? "alert.enable" : "alert.disable", id,
                 json[!c->enable], json[c->enable], err);
}

static bool
enable_in_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    if (!db_exec(db, SQL_alert_lock, DB_ARGS(id_array(c->a, c->ids, c->n_ids)),
                 NULL, err))
        return false;
    for (size_t i = 0; i < c->n_ids; i++)
        if (!enable_one(db, c, c->ids[i], err))
            return false;
    return true;
}

bool
alert_enable(struct db *db, const struct alert_actor *who, const int64_t *ids,
             size_t n_ids, bool enable, int64_t *n, struct err *err)
{
    struct change c = {.a = arena_new(),
                       .who = who,
                       .ids = ids,
                       .n_ids = n_ids,
                       .enable = enable};
    bool ok = db_tx(db, enable_in_tx, &c, err);
    arena_free(c.a);
    *n = ok ? c.n : 0;
    return ok;
}

/* "NAME (copy)", the name cut where both do not fit. */
static const char *
copy_name(struct arena *a, const char *name)
{
    static const char suffix[] = " (copy)";
    const char *end = name;
    for (size_t n = sizeof suffix - 1; n < ALERT_NAME_MAX && *end != '\0'; n++)
        end += utf8_length(end) > 0 ? utf8_length(end) : 1;
    return arena_printf(a, "%.*s%s", (int)(end - name), name, suffix);
}

static bool
duplicate_in_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    struct alert_stored s;
    if (!alert_stored_get(c->a, db, c->who, c->ids[0], &s, err))
        return false;
    s.id = 0;
    s.name = copy_name(c->a, s.name);
    s.enabled = s.shared = false;
    return save_part(c->a, db, c->who, &s, &c->id, err) &&
           alert_check_room(c->a, db, c->who, err);
}

bool
alert_duplicate(struct db *db, const struct alert_actor *who, int64_t id,
                int64_t *copy, struct err *err)
{
    struct change c = {.a = arena_new(), .who = who, .ids = &id, .n_ids = 1};
    bool ok = db_tx(db, duplicate_in_tx, &c, err);
    arena_free(c.a);
    if (ok)
        *copy = c.id;
    return ok;
}
