/* Alert rules on their way to another installation and back. */
#include "core/alert_own.h"

#include "lib/format.h"

#include <string.h>

enum { EXPORT_PAGE = 500 };

bool
alert_export(struct arena *a, struct db *db, const struct alert_actor *who,
             const struct alert_filter *filter, struct buf *out,
             struct err *err)
{
    struct alert_filter f = *filter;
    f.limit = EXPORT_PAGE;
    f.before = 0;
    f.after = -1; /* forward: each page begins behind the last one */
    json_open(out, '{');
    json_key(out, "alerts");
    json_open(out, '[');
    for (size_t n = EXPORT_PAGE + 1; n > EXPORT_PAGE;) {
        struct alert_stored *list;
        if (!alert_stored_list(a, db, who, &f, &list, &n, err))
            return false;
        size_t from = n > EXPORT_PAGE ? 1 : 0; /* newest first */
        for (size_t i = n; i > from; i--) {
            json_open(out, '{');
            alert_put_rule(a, out, &list[i - 1]);
            json_close(out, '}');
            f.after = list[i - 1].id;
        }
    }
    json_close(out, ']');
    json_close(out, '}');
    return true;
}

struct import {
    struct arena *a; /* of one rule */
    const struct alert_actor *who;
    struct json list;
    bool replace;
    struct alert_imported *out;
};

/* A rule of that name which was there before; id 0: none. */
static bool
find_name(struct import *m, struct db *db, struct alert_stored *s,
          struct err *err)
{
    struct db_rows *rows;
    if (!db_query(m->a, db, SQL_alert_name_find,
                  DB_ARGS(alert_owner_of(m->a, m->who), s->name), &rows, err))
        return false;
    if (db_count(rows) > 0) {
        s->id = db_i64(rows, 0, "id");
        s->version = db_i64(rows, 0, "version");
    }
    return true;
}

static bool
import_one(struct import *m, struct db *db, struct json v, struct err *err)
{
    int64_t id;
    struct alert_stored s = alert_stored_new();
    if (!alert_stored_parse(m->a, db, v, &s, err))
        return false;
    s.version = 0;
    if (s.name != NULL && !find_name(m, db, &s, err))
        return false;
    if (s.id != 0 && !m->replace) {
        m->out->skipped++;
        return true;
    }
    *(s.id == 0 ? &m->out->added : &m->out->replaced) += 1;
    return alert_save_part(m->a, db, m->who, &s, &id, err);
}

static bool
import_in_tx(struct db *db, void *arg, struct err *err)
{
    struct import *m = arg;
    size_t i = 0;
    for (struct json_iter it = json_iter(m->list); json_next(&it); i++) {
        arena_reset(m->a);
        if (!import_one(m, db, it.value, err))
            return alert_within(err, arena_printf(m->a, "alerts[%zu]", i));
    }
    return m->out->added == 0 || alert_check_room(m->a, db, m->who, err);
}

bool
alert_import(struct db *db, const struct alert_actor *who, struct json doc,
             bool replace, struct alert_imported *out, struct err *err)
{
    struct import m = {.who = who, .list = doc, .replace = replace, .out = out};
    *out = (struct alert_imported){0};
    if (json_type(doc) == JSON_OBJECT)
        m.list = json_get(doc, "alerts");
    if (json_type(m.list) != JSON_ARRAY)
        return err_set(err, ERR_INPUT,
                       "alerts: Give a list of rules, as the export writes it");
    m.a = arena_new();
    bool ok = db_tx(db, import_in_tx, &m, err);
    arena_free(m.a);
    return ok;
}

void
alert_imported_json(struct buf *b, const struct alert_imported *done)
{
    json_open(b, '{');
    json_member_i64(b, "added", done->added);
    json_member_i64(b, "replaced", done->replaced);
    json_member_i64(b, "skipped", done->skipped);
    json_close(b, '}');
}
