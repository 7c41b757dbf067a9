/* Incidents and events as people see them. */
#include "core/alert_store.h"
#include "core/audit.h"
#include "core/incident.h"
#include "lib/format.h"
#include "lib/utf8.h"

static const char *
id_or_null(struct arena *a, int64_t id)
{
    return id == 0 ? NULL : fmt_i64(a, id);
}

static struct incident
read_incident(const struct db_rows *rows, int i, const struct alert_actor *who)
{
    struct incident out = {
        .id = db_i64(rows, i, "id"),
        .title = db_text(rows, i, "title"),
        .severity = db_text(rows, i, "severity"),
        .owner = db_text(rows, i, "owner"),
        .rules = db_text(rows, i, "rules"),
        .rule_id = db_i64(rows, i, "rule_id"),
        .provider = db_text(rows, i, "provider"),
        .opened_at = db_i64(rows, i, "opened_at"),
        .closed_at = db_i64(rows, i, "closed_at"),
        .events = db_i64(rows, i, "events"),
        .acked_by = db_text(rows, i, "acked_by"),
        .ack_note = db_text(rows, i, "ack_note"),
        .acked_at = db_i64(rows, i, "acked_at"),
        .silenced_by = db_text(rows, i, "silenced_by"),
    };
    out.may_ack = who->may_write && out.closed_at == 0 && out.acked_at == 0;
    return out;
}

static bool
list(struct arena *a, struct db *db, const struct alert_actor *who, int64_t id,
     const struct incident_filter *f, struct incident **out, size_t *n,
     struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_incident_list,
                  DB_ARGS(fmt_i64(a, who->user_id), fmt_bool(who->is_admin),
                          id_or_null(a, id), f->state, f->severity, f->symbol,
                          id_or_null(a, f->rule_id),
                          id_or_null(a, f->delivery_id),
                          id_or_null(a, f->before), id_or_null(a, f->after),
                          fmt_i64(a, f->limit + 1)),
                  &rows, err))
        return err_wrap(err, "list incidents");
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = read_incident(rows, (int)i, who);
    return true;
}

bool
incident_list(struct arena *a, struct db *db, const struct alert_actor *who,
              const struct incident_filter *filter, struct incident **out,
              size_t *n, struct err *err)
{
    return list(a, db, who, 0, filter, out, n, err);
}

bool
incident_get(struct arena *a, struct db *db, const struct alert_actor *who,
             int64_t id, struct incident *out, struct err *err)
{
    const struct incident_filter any = {.limit = 1};
    struct incident *found;
    size_t n;
    if (!list(a, db, who, id, &any, &found, &n, err))
        return false;
    if (id == 0 || n == 0)
        return err_set(err, ERR_MISSING, "there is no incident %lld",
                       (long long)id);
    *out = found[0];
    return true;
}

static struct incident_line
read_line(const struct db_rows *rows, int i)
{
    return (struct incident_line){
        .id = db_i64(rows, i, "id"),
        .rule_id = db_i64(rows, i, "rule_id"),
        .rule_name = db_text(rows, i, "rule_name"),
        .severity = db_text(rows, i, "severity"),
        .kind = db_text(rows, i, "kind"),
        .subject = db_text(rows, i, "subject"),
        .text = db_text(rows, i, "text"),
        .instrument_id = db_i64(rows, i, "instrument_id"),
        .interval_s = (int32_t)db_i64(rows, i, "interval_s"),
        .ts = db_is_null(rows, i, "ts") ? INT64_MIN : db_i64(rows, i, "ts"),
        .at_ts = db_i64(rows, i, "at"),
        .created_at = db_i64(rows, i, "created_at"),
        .left = db_f64(rows, i, "left_value"),
        .right = db_f64(rows, i, "right_value"),
        .retroactive = db_bool(rows, i, "retroactive"),
        .incident_id = db_i64(rows, i, "incident_id"),
    };
}

bool
incident_lines(struct arena *a, struct db *db, const struct alert_actor *who,
               const struct incident_line_filter *f, struct incident_line **out,
               size_t *n, struct err *err)
{
    struct db_rows *rows;
    const char *retroactive = f->retroactive_only ? "true"
                              : f->live_only      ? "false"
                                                  : NULL;
    if (!db_query(a, db, SQL_incident_lines,
                  DB_ARGS(fmt_i64(a, who->user_id), fmt_bool(who->is_admin),
                          id_or_null(a, f->incident_id),
                          id_or_null(a, f->rule_id), f->symbol, f->kind,
                          retroactive, id_or_null(a, f->from_ts),
                          id_or_null(a, f->to_ts), id_or_null(a, f->before),
                          id_or_null(a, f->after), fmt_i64(a, f->limit + 1)),
                  &rows, err))
        return err_wrap(err, "list events");
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = read_line(rows, (int)i);
    return true;
}

struct ack {
    struct arena *a;
    const struct alert_actor *who;
    int64_t id;
    const char *note;
};

static bool
ack_in_tx(struct db *db, void *arg, struct err *err)
{
    struct ack *c = arg;
    struct arena *a = c->a;
    struct incident incident;
    int64_t changed = 0;
    if (!incident_get(a, db, c->who, c->id, &incident, err))
        return false;
    if (!c->who->may_write)
        return err_set(err, ERR_DENIED, "viewers acknowledge nothing");
    if (!db_exec(db, SQL_incident_ack,
                 DB_ARGS(fmt_i64(a, c->id), c->who->name, c->note), &changed,
                 err))
        return false;
    if (changed == 0)
        return err_set(err, ERR_CONFLICT, "it is %s already",
                       incident.closed_at != 0 ? "closed" : "acknowledged");
    struct buf *after = buf_new(a);
    json_open(after, '{');
    json_member_str(after, "title", incident.title);
    json_member_str(after, "note", c->note);
    json_close(after, '}');
    return audit_add(db, c->who->name, "incident.ack",
                     arena_printf(a, "incident:%lld", (long long)c->id), NULL,
                     after->data, c->who->address, err);
}

bool
incident_ack(struct db *db, const struct alert_actor *who, int64_t id,
             const char *note, struct err *err)
{
    if (utf8_count(note) > ALERT_NOTE_MAX)
        return err_set(err, ERR_INPUT, "note: at most %d characters",
                       ALERT_NOTE_MAX);
    struct arena *a = arena_new();
    struct ack c = {.a = a, .who = who, .id = id, .note = note};
    bool ok = db_tx(db, ack_in_tx, &c, err);
    arena_free(a);
    return ok;
}
