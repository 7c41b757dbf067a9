#include "core/delivery.h"

#include "core/audit.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/secret.h"
#include "lib/utf8.h"

#include <math.h>
#include <string.h>

/* --- sending -------------------------------------------------------------- */

bool
delivery_claim(struct arena *a, struct db *db, const char *worker,
               double lease_s, int limit, struct delivery_work **out, size_t *n,
               double *next_s, struct err *err)
{
    struct db_call calls[] = {
        {.sql = SQL_delivery_claim,
         .args = DB_ARGS(worker, fmt_f64(a, lease_s), fmt_i64(a, limit),
                         fmt_i64(a, DELIVERY_TRIES))},
        {.sql = SQL_delivery_next},
    };
    if (!db_query_many(a, db, calls, COUNT_OF(calls), err))
        return false;
    const struct db_rows *rows = calls[0].rows, *next = calls[1].rows;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct delivery_work){
            .id = db_i64(rows, i, "id"),
            .channel_id = db_i64(rows, i, "channel_id"),
            .key = db_text(rows, i, "key"),
            .kind = db_text(rows, i, "kind"),
            .severity = db_text(rows, i, "severity"),
            .channel_kind = db_text(rows, i, "channel_kind"),
            .settings = db_text(rows, i, "settings"),
            .secret = db_text(rows, i, "secret"),
            .attempts = db_i64(rows, i, "attempts"),
            .title = db_text(rows, i, "title"),
            .body = db_text(rows, i, "body"),
            .created_ts = db_i64(rows, i, "created_ts"),
            .claimed_ts = db_i64(rows, i, "claimed_ts"),
        };
    *next_s = db_is_null(next, 0, "wait_s") ? -1 : db_f64(next, 0, "wait_s");
    return true;
}

static void
read_line(const struct db_rows *rows, int i, struct delivery_line *out)
{
    *out = (struct delivery_line){
        .kind = db_text(rows, i, "kind"),
        .rule_name = db_text(rows, i, "rule_name"),
        .severity = db_text(rows, i, "event_severity"),
        .subject = db_text(rows, i, "subject"),
        .text = db_text(rows, i, "text"),
        .note = db_text(rows, i, "note"),
        .incident_title = db_text(rows, i, "incident_title"),
        .incident_severity = db_text(rows, i, "incident_severity"),
        .at_ts = db_i64(rows, i, "at_ts"),
        .left = db_f64(rows, i, "left_value"),
        .right = db_f64(rows, i, "right_value"),
        .rule_id = db_i64(rows, i, "rule_id"),
        .incident_id = db_i64(rows, i, "incident_id"),
    };
}

bool
delivery_read(struct arena *a, struct db *db, int64_t id,
              struct delivery_text *out, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_delivery_read,
                  DB_ARGS(fmt_i64(a, id), fmt_i64(a, DELIVERY_LINES)), &rows,
                  err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING, "there is no delivery %lld",
                       (long long)id);
    int64_t n = db_i64(rows, 0, "n");
    *out = (struct delivery_text){
        .channel = db_text(rows, 0, "channel"),
        .asked_by = db_text(rows, 0, "asked_by"),
        .incidents = db_i64(rows, 0, "incidents"),
        .n = n > 0 ? (size_t)db_count(rows) : 0,
    };
    out->left_out = n - (int64_t)out->n;
    out->lines = arena_array(a, out->n, sizeof *out->lines);
    for (size_t i = 0; i < out->n; i++)
        read_line(rows, (int)i, &out->lines[i]);
    const char *first = out->n > 0 ? out->lines[0].incident_title : "";
    if (out->incidents == 0)
        out->title = arena_printf(a, "Test of channel %s", out->channel);
    else if (out->incidents == 1)
        out->title = first;
    else
        out->title = arena_printf(a, "%lld incidents: %s, ...",
                                  (long long)out->incidents, first);
    return true;
}

bool
delivery_keep(struct db *db, const struct delivery_work *d, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(db, SQL_delivery_keep,
                      DB_ARGS(fmt_i64(a, d->id), d->title, d->body), NULL, err);
    arena_free(a);
    return ok;
}

/* Three times as long after each try, and up to a quarter more or less, so
 * that what failed together does not come back together. */
static double
backoff_s(int64_t attempts, int64_t asked_s)
{
    double s = DELIVERY_BACKOFF_S * pow(3, (double)(attempts - 1));
    s = fmin(s, DELIVERY_BACKOFF_MAX_S) * (0.75 + 0.5 * secret_uniform());
    return fmax(s, fmin((double)asked_s, DELIVERY_WAIT_MAX_S));
}

enum delivery_outcome
delivery_settled(const struct delivery_work *d, enum delivery_outcome outcome)
{
    bool is_last =
        d->attempts >= DELIVERY_TRIES || strcmp(d->kind, "test") == 0;
    return outcome == DELIVERY_AGAIN && is_last ? DELIVERY_REFUSED : outcome;
}

static const char *
cleaned(struct arena *a, const char *text)
{
    return text != NULL ? utf8_clean(a, text, DELIVERY_ANSWER_MAX) : NULL;
}

bool
delivery_end(struct db *db, const char *worker, const struct delivery_work *d,
             const struct delivery_end *end, struct err *err)
{
    struct arena *a = arena_new();
    static const char *const states[] = {[DELIVERY_SENT] = "sent",
                                         [DELIVERY_AGAIN] = "waiting",
                                         [DELIVERY_REFUSED] = "dead"};
    enum delivery_outcome outcome = delivery_settled(d, end->outcome);
    double wait_s =
        outcome == DELIVERY_AGAIN ? backoff_s(d->attempts, end->wait_s) : 0;
    bool ok =
        db_exec(db, SQL_delivery_end,
                DB_ARGS(fmt_i64(a, d->id), worker, fmt_i64(a, d->attempts),
                        states[outcome], fmt_f64(a, wait_s),
                        cleaned(a, end->answer), cleaned(a, end->error)),
                NULL, err);
    arena_free(a);
    return ok;
}

bool
delivery_release(struct db *db, const char *worker,
                 const struct delivery_work *d, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(
        db, SQL_delivery_release,
        DB_ARGS(fmt_i64(a, d->id), worker, fmt_i64(a, d->attempts)), NULL, err);
    arena_free(a);
    return ok;
}

/* --- for pages ------------------------------------------------------------ */

static struct delivery
read_delivery(const struct db_rows *rows, int i)
{
    return (struct delivery){
        .id = db_i64(rows, i, "id"),
        .channel_id = db_i64(rows, i, "channel_id"),
        .key = db_text(rows, i, "key"),
        .channel_name = db_text(rows, i, "channel_name"),
        .kind = db_text(rows, i, "kind"),
        .severity = db_text(rows, i, "severity"),
        .state = db_text(rows, i, "state"),
        .title = db_text(rows, i, "title"),
        .body = db_text(rows, i, "body"),
        .answer = db_text(rows, i, "answer"),
        .error = db_text(rows, i, "error"),
        .asked_by = db_text(rows, i, "asked_by"),
        .created_at = db_i64(rows, i, "created_at"),
        .tried_at = db_i64(rows, i, "tried_at"),
        .sent_at = db_i64(rows, i, "sent_at"),
        .not_before = db_i64(rows, i, "not_before"),
        .attempts = db_i64(rows, i, "attempts"),
        .incident_id = db_i64(rows, i, "incident_id"),
        .incidents = db_i64(rows, i, "incidents"),
    };
}

static const char *
id_or_null(struct arena *a, int64_t id)
{
    return id > 0 ? fmt_i64(a, id) : NULL;
}

bool
delivery_list(struct arena *a, struct db *db, const struct alert_actor *who,
              const struct delivery_filter *f, struct delivery **out, size_t *n,
              struct err *err)
{
    struct db_rows *rows;
    bool is_newer = f->after > 0;
    if (!db_query(a, db, is_newer ? SQL_delivery_list_newer : SQL_delivery_list,
                  DB_ARGS(fmt_bool(who->is_admin), fmt_i64(a, who->user_id),
                          id_or_null(a, f->channel_id),
                          id_or_null(a, f->incident_id), f->state, f->kind,
                          id_or_null(a, is_newer ? f->after : f->before),
                          fmt_i64(a, f->limit + 1)),
                  &rows, err))
        return false;
    int count = db_count(rows);
    *n = (size_t)count;
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < count; i++)
        (*out)[i] = read_delivery(rows, is_newer ? count - 1 - i : i);
    return true;
}

bool
delivery_get(struct arena *a, struct db *db, const struct alert_actor *who,
             int64_t id, struct delivery *out, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_delivery_get,
                  DB_ARGS(fmt_bool(who->is_admin), fmt_i64(a, who->user_id),
                          fmt_i64(a, id)),
                  &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING, "there is no delivery %lld",
                       (long long)id);
    *out = read_delivery(rows, 0);
    return true;
}

/* One change, as it is handed to db_tx. */
struct change {
    struct arena *a;
    const struct alert_actor *who;
    int64_t id; /* of the delivery, or of the channel to be tested */
};

static bool
audit_change(struct db *db, const struct change *c, const char *action,
             int64_t id, const char *channel, struct err *err)
{
    struct buf *b = buf_new(c->a);
    json_open(b, '{');
    json_member_str(b, "channel", channel);
    json_close(b, '}');
    return audit_add(db, c->who->name, action,
                     arena_printf(c->a, "delivery:%lld", (long long)id), NULL,
                     b->data, c->who->address, err);
}

static bool
retry_in_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    struct delivery d;
    int64_t n;
    if (!delivery_get(c->a, db, c->who, c->id, &d, err) ||
        !db_exec(db, SQL_delivery_retry,
                 DB_ARGS(fmt_i64(c->a, c->id), c->who->name), &n, err))
        return false;
    if (n == 0 && d.channel_id == 0)
        return err_set(err, ERR_CONFLICT, "its channel is gone");
    if (n == 0)
        return err_set(err, ERR_CONFLICT,
                       "only what was given up is sent again, this is %s",
                       d.state);
    return audit_change(db, c, "delivery.retry", c->id, d.channel_name, err);
}

bool
delivery_retry(struct db *db, const struct alert_actor *who, int64_t id,
               struct err *err)
{
    struct change c = {.who = who, .id = id};
    if (!who->may_write)
        return err_set(err, ERR_DENIED, "viewers send nothing");
    c.a = arena_new();
    bool ok = db_tx(db, retry_in_tx, &c, err);
    arena_free(c.a);
    return ok;
}

static bool
test_in_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    struct db_rows *rows;
    if (!db_query(c->a, db, SQL_delivery_test,
                  DB_ARGS(fmt_i64(c->a, c->id), c->who->name), &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING, "there is no channel %lld",
                       (long long)c->id);
    c->id = db_i64(rows, 0, "id");
    return audit_change(db, c, "delivery.test", c->id,
                        db_text(rows, 0, "channel_name"), err);
}

bool
delivery_test(struct db *db, const struct alert_actor *who, int64_t channel_id,
              int64_t *id, struct err *err)
{
    struct change c = {.who = who, .id = channel_id};
    if (!who->may_write)
        return err_set(err, ERR_DENIED, "viewers send nothing");
    c.a = arena_new();
    bool ok = db_tx(db, test_in_tx, &c, err);
    arena_free(c.a);
    *id = c.id;
    return ok;
}
