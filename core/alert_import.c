/* Alert rules on their way to another installation and back. */
#include "core/alert_own.h"

#include "lib/format.h"

#include <stdlib.h>
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

/* Rules asked of the database, or sent to it, in one round trip. */
enum { BATCH = 200 };

/* A rule that was there before under a name of the document. */
struct own {
    int64_t id;
    const char *name;
    struct alert_stored *was; /* read where it may be replaced */
    bool is_taken;            /* by an earlier one of that name */
};

struct import {
    struct arena *a;
    const struct alert_actor *who;
    struct json list;
    bool replace;
    struct alert_imported *out;
    struct own *own; /* by name, oldest first */
    size_t n_own;
    struct alert_write *writes;
    size_t n_writes;
};

static int
by_name(const void *x, const void *y)
{
    return strcmp(((const struct own *)x)->name, ((const struct own *)y)->name);
}

/* The oldest one of that name that is not taken; NULL: none. */
static struct own *
own_find(const struct import *m, const char *name)
{
    const struct own key = {.name = name};
    if (m->n_own == 0)
        return NULL;
    struct own *found =
        bsearch(&key, m->own, m->n_own, sizeof *m->own, by_name);
    while (found != NULL && found > m->own && strcmp(found[-1].name, name) == 0)
        found--;
    while (found != NULL && found->is_taken)
        found =
            found + 1 < m->own + m->n_own && strcmp(found[1].name, name) == 0
                ? found + 1
                : NULL;
    return found;
}

static bool
own_take(struct import *m, struct db *db, struct err *err)
{
    struct db_rows *rows;
    size_t n = 0;
    const char **names = arena_array(m->a, json_count(m->list), sizeof *names);
    for (struct json_iter it = json_iter(m->list); json_next(&it);) {
        names[n] = json_str(json_get(it.value, "name"));
        n += names[n] != NULL;
    }
    if (!db_query(
            m->a, db, SQL_alert_names_take,
            DB_ARGS(alert_owner_of(m->a, m->who), fmt_array(m->a, names, n)),
            &rows, err))
        return false;
    m->n_own = (size_t)db_count(rows);
    m->own = arena_array(m->a, m->n_own, sizeof *m->own);
    for (size_t i = 0; i < m->n_own; i++) {
        m->own[i].id = db_i64(rows, (int)i, "id");
        m->own[i].name = db_text(rows, (int)i, "name");
    }
    return true;
}

static int
by_id(const void *x, const void *y)
{
    const struct own *const *a = x, *const *b = y;
    return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

/* What they are, as the audit tells it. */
static bool
own_read(struct import *m, struct db *db, struct err *err)
{
    struct own **own = arena_array(m->a, m->n_own, sizeof(struct own *));
    for (size_t i = 0; i < m->n_own; i++)
        own[i] = &m->own[i];
    qsort(own, m->n_own, sizeof(struct own *), by_id);
    for (size_t at = 0; at < m->n_own; at += BATCH) {
        int64_t ids[BATCH];
        struct alert_stored *was;
        size_t n = m->n_own - at < BATCH ? m->n_own - at : BATCH;
        for (size_t i = 0; i < n; i++)
            ids[i] = own[at + i]->id;
        if (!alert_get_all(m->a, db, m->who, ids, n, &was, err))
            return false;
        for (size_t i = 0; i < n; i++)
            own[at + i]->was = &was[n - 1 - i];
    }
    return true;
}

static bool
import_one(struct import *m, struct alert_lookups *l, struct json v,
           struct err *err)
{
    struct alert_write *w = &m->writes[m->n_writes];
    struct own *own = NULL;
    *w = (struct alert_write){.now = alert_stored_new()};
    if (!alert_parse_with(l, v, &w->now, err))
        return false;
    if (w->now.name != NULL)
        own = own_find(m, w->now.name);
    if (own != NULL && !m->replace) {
        m->out->skipped++;
        return true;
    }
    if (own != NULL) {
        own->is_taken = true;
        w->before = own->was;
    }
    m->n_writes++;
    *(own == NULL ? &m->out->added : &m->out->replaced) += 1;
    return alert_check_with(l, &w->now, err);
}

static bool
write_all(struct import *m, struct db *db, struct err *err)
{
    for (size_t at = 0; at < m->n_writes; at += BATCH) {
        struct alert_write *w = &m->writes[at];
        size_t n = m->n_writes - at < BATCH ? m->n_writes - at : BATCH;
        struct db_call *calls = arena_array(m->a, n, sizeof *calls);
        if (!alert_write_all(m->a, db, m->who, w, n, err))
            return false;
        for (size_t i = 0; i < n; i++)
            calls[i] =
                alert_audit_call(m->a, m->who, w[i].id, w[i].before, &w[i].now);
        if (!db_query_many(m->a, db, calls, n, err))
            return false;
    }
    return true;
}

static bool
import_in_tx(struct db *db, void *arg, struct err *err)
{
    struct import *m = arg;
    struct alert_lookups lookups = {.a = m->a, .db = db};
    size_t i = 0;
    if (!own_take(m, db, err) ||
        (m->replace && m->n_own > 0 && !own_read(m, db, err)))
        return false;
    m->writes = arena_array(m->a, json_count(m->list) + 1, sizeof *m->writes);
    for (struct json_iter it = json_iter(m->list); json_next(&it); i++)
        if (!import_one(m, &lookups, it.value, err))
            return alert_within(err, arena_printf(m->a, "alerts[%zu]", i));
    return write_all(m, db, err) &&
           (m->out->added == 0 || alert_check_room(m->a, db, m->who, err));
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
