/* Which incident an event belongs to, and keeping both. */
#include "core/incident.h"
#include "lib/config.h"
#include "lib/format.h"

#include <string.h>

enum { NONE = -1 };

/* --- a map from text to a number that is not negative -----------------------
 */

struct map {
    struct entry {
        const char *key; /* NULL: free */
        int value;
    } * entries;
    size_t size; /* a power of two, more than there are keys */
};

static struct map
map_new(struct arena *a, size_t keys)
{
    struct map m = {.size = 16};
    while (m.size < keys * 2)
        m.size *= 2;
    m.entries = arena_array(a, m.size, sizeof *m.entries);
    return m;
}

/* Where the key is or would be. source: FNV-1a, public domain */
static struct entry *
map_at(const struct map *m, const char *key)
{
    uint64_t hash = 14695981039346656037U;
    for (const char *c = key; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211U;
    size_t i = hash & (m->size - 1);
    while (m->entries[i].key != NULL && strcmp(m->entries[i].key, key) != 0)
        i = (i + 1) & (m->size - 1);
    return &m->entries[i];
}

static int
map_get(const struct map *m, const char *key)
{
    const struct entry *e = map_at(m, key);
    return e->key != NULL ? e->value : NONE;
}

/* What is there stays. True when it was not. */
static bool
map_add(struct map *m, const char *key, int value)
{
    struct entry *e = map_at(m, key);
    if (e->key != NULL)
        return false;
    *e = (struct entry){key, value};
    return true;
}

/* --- incidents ---------------------------------------------------------------
 */

/* An incident that the events have to do with. */
struct group {
    int64_t id; /* 0: a new one */
    int64_t events;
    const struct incident_event *first; /* new: whose title it has */
    const char *severity;               /* the highest of the events' */
    const char **tags;                  /* of the events, each once */
    size_t n_tags, max_tags;
};

struct note {
    struct arena *a;
    struct db *db;
    const struct incident_event *events;
    size_t n;
    const char **keys; /* of the events' states */
    int *of;           /* the group of each event */
    struct group *groups;
    int n_groups, n_known;
    struct map by_id;    /* known ones */
    struct map by_state; /* the group that a state belongs to */
    struct map by_tag;   /* the oldest group of an owner with a tag */
    struct map has_tag;  /* of a group */
};

static bool
is_opening(const struct incident_event *e)
{
    return !e->retroactive &&
           (strcmp(e->kind, "fired") == 0 || strcmp(e->kind, "data_lost") == 0);
}

static int
severity_rank(const char *severity)
{
    return strcmp(severity, "critical") == 0  ? 2
           : strcmp(severity, "warning") == 0 ? 1
                                              : 0;
}

/* Events of other owners, and what only its owner may see, are no one's
 * incident but theirs. */
static const char *
tag_key(struct arena *a, int64_t owner_id, bool shared, const char *tag)
{
    return arena_printf(a, "%lld %d %s", (long long)owner_id,
                        owner_id == 0 || shared, tag);
}

static const char *
id_or_null(struct arena *a, int64_t id)
{
    return id == 0 ? NULL : fmt_i64(a, id);
}

static int
group_add(struct note *w, int64_t id)
{
    w->groups[w->n_groups] = (struct group){.id = id, .severity = "info"};
    return w->n_groups++;
}

/* The known incident of a row. */
static int
group_of_row(struct note *w, const struct db_rows *rows, int row)
{
    const char *id = db_text(rows, row, "incident_id");
    int g = map_get(&w->by_id, id);
    if (g == NONE) {
        g = group_add(w, db_i64(rows, row, "incident_id"));
        (void)map_add(&w->by_id, id, g);
    }
    return g;
}

/* Each tag of the events that may open an incident, once. */
static const char *
wanted_tags(struct note *w, size_t n_tags)
{
    struct arena *a = w->a;
    struct map seen = map_new(a, n_tags);
    const char **tags = arena_array(a, n_tags, sizeof *tags);
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        for (size_t t = 0; is_opening(&w->events[i]) && t < w->events[i].n_tags;
             t++)
            if (map_add(&seen, w->events[i].tags[t], 0))
                tags[n++] = w->events[i].tags[t];
    return fmt_array(a, tags, n);
}

/* Reads the open incidents that the events may belong to, oldest first. */
static bool
look(struct note *w, struct err *err)
{
    struct arena *a = w->a;
    const char **rules = arena_array(a, w->n, sizeof *rules);
    const char **subjects = arena_array(a, w->n, sizeof *subjects);
    size_t n_tags = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct incident_event *e = &w->events[i];
        rules[i] = fmt_i64(a, e->rule_id);
        subjects[i] = e->subject;
        w->keys[i] = arena_printf(a, "%s %s", rules[i], e->subject);
        n_tags += e->n_tags;
    }
    struct db_call calls[2] = {
        {.sql = SQL_incident_note_find,
         .args = DB_ARGS(wanted_tags(w, n_tags))},
        {.sql = SQL_incident_note_look,
         .args =
             DB_ARGS(fmt_array(a, rules, w->n), fmt_array(a, subjects, w->n))},
    };
    if (!db_query_many(a, w->db, calls, 2, err))
        return false;
    size_t n_rows = (size_t)(db_count(calls[0].rows) + db_count(calls[1].rows));
    w->by_id = map_new(a, n_rows);
    w->by_state = map_new(a, w->n);
    w->by_tag = map_new(a, n_tags + n_rows);
    w->has_tag = map_new(a, n_tags);
    w->groups = arena_array(a, n_rows + w->n, sizeof *w->groups);
    for (int i = 0; i < db_count(calls[0].rows); i++) {
        const struct db_rows *rows = calls[0].rows;
        (void)map_add(&w->by_tag,
                      tag_key(a, db_i64(rows, i, "owner_id"),
                              db_bool(rows, i, "shared"),
                              db_text(rows, i, "tag")),
                      group_of_row(w, rows, i));
    }
    for (int i = 0; i < db_count(calls[1].rows); i++)
        (void)map_add(&w->by_state, w->keys[db_i64(calls[1].rows, i, "nth")],
                      group_of_row(w, calls[1].rows, i));
    w->n_known = w->n_groups;
    return true;
}

/* The oldest incident that it shares a tag with, else a new one. */
static int
group_find(struct note *w, const struct incident_event *e)
{
    int best = NONE;
    for (size_t t = 0; t < e->n_tags; t++) {
        int g = map_get(&w->by_tag,
                        tag_key(w->a, e->owner_id, e->shared, e->tags[t]));
        if (g != NONE && (best == NONE || g < best))
            best = g;
    }
    return best != NONE ? best : group_add(w, 0);
}

static void
group_tag(struct note *w, int g, const char *tag)
{
    struct group *group = &w->groups[g];
    if (!map_add(&w->has_tag, arena_printf(w->a, "%d %s", g, tag), 0))
        return;
    if (group->n_tags == group->max_tags) {
        size_t max = group->max_tags * 2 + 2;
        const char **tags = arena_array(w->a, max, sizeof *tags);
        for (size_t i = 0; i < group->n_tags; i++)
            tags[i] = group->tags[i];
        group->tags = tags;
        group->max_tags = max;
    }
    group->tags[group->n_tags++] = tag;
}

/* The event belongs to the group, and what it is about does. */
static void
group_take(struct note *w, int g, const struct incident_event *e)
{
    struct group *group = &w->groups[g];
    group->events++;
    if (!is_opening(e))
        return;
    if (severity_rank(e->severity) > severity_rank(group->severity))
        group->severity = e->severity;
    /* What has the fewest causes is nearest to being one. */
    if (group->first == NULL || e->n_tags < group->first->n_tags)
        group->first = e;
    for (size_t t = 0; t < e->n_tags; t++) {
        (void)map_add(&w->by_tag,
                      tag_key(w->a, e->owner_id, e->shared, e->tags[t]), g);
        group_tag(w, g, e->tags[t]);
    }
}

/* Known ones come by their id, new ones after them: the lower is the older. */
static void
assign(struct note *w)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct incident_event *e = &w->events[i];
        int g = e->retroactive ? NONE : map_get(&w->by_state, w->keys[i]);
        if (g == NONE && is_opening(e)) {
            g = group_find(w, e);
            (void)map_add(&w->by_state, w->keys[i], g);
        }
        if (g != NONE)
            group_take(w, g, e);
        w->of[i] = g;
    }
}

/* --- keeping -----------------------------------------------------------------
 */

/* Columns of a query's parameters, of as many elements. */
enum { COLUMNS_MAX = 16 };
struct columns {
    const char **of[COLUMNS_MAX];
    const char *args[COLUMNS_MAX];
};

static struct columns
columns_new(struct arena *a, int n_columns, size_t n)
{
    struct columns c = {.of = {NULL}, .args = {NULL}};
    for (int i = 0; i < n_columns; i++)
        c.of[i] = arena_array(a, n, sizeof(char *));
    return c;
}

static bool
columns_exec(struct note *w, enum sql_id sql, struct columns *c, int n_columns,
             size_t n, struct err *err)
{
    for (int i = 0; i < n_columns; i++)
        c->args[i] = fmt_array(w->a, c->of[i], n);
    return n == 0 ||
           db_exec(w->db, sql, (struct db_args){.n = n_columns, .v = c->args},
                   NULL, err);
}

static const char *
title_of(struct arena *a, const struct incident_event *e)
{
    return e->subject[0] == '\0'
               ? e->rule_name
               : arena_printf(a, "%s: %s", e->rule_name, e->subject);
}

/* Ids come in the order of the rows. */
static bool
open_new(struct note *w, struct err *err)
{
    struct arena *a = w->a;
    enum { OWNER, SHARED, TITLE, SEVERITY, TAGS, EVENTS, WAIT, N };
    size_t n = (size_t)(w->n_groups - w->n_known);
    struct columns c = columns_new(a, N, n);
    struct db_rows *rows;
    if (n == 0)
        return true;
    for (size_t i = 0; i < n; i++) {
        const struct group *g = &w->groups[w->n_known + (int)i];
        c.of[OWNER][i] = id_or_null(a, g->first->owner_id);
        c.of[SHARED][i] = fmt_bool(g->first->shared);
        c.of[TITLE][i] = title_of(a, g->first);
        c.of[SEVERITY][i] = g->severity;
        c.of[TAGS][i] = fmt_array(a, g->tags, g->n_tags);
        c.of[EVENTS][i] = fmt_i64(a, g->events);
        c.of[WAIT][i] =
            g->first->is_pipeline ? fmt_i64(a, config()->alert_group_s) : "0";
    }
    for (int i = 0; i < N; i++)
        c.args[i] = fmt_array(a, c.of[i], n);
    if (!db_query(a, w->db, SQL_incident_note_open,
                  (struct db_args){.n = N, .v = c.args}, &rows, err))
        return false;
    for (int i = 0; i < db_count(rows); i++)
        w->groups[w->n_known + i].id = db_i64(rows, i, "id");
    return true;
}

static bool
join_known(struct note *w, struct err *err)
{
    struct arena *a = w->a;
    enum { ID, SEVERITY, TAGS, EVENTS, N };
    struct columns c = columns_new(a, N, (size_t)w->n_known);
    size_t n = 0;
    for (int i = 0; i < w->n_known; i++) {
        const struct group *g = &w->groups[i];
        if (g->events == 0)
            continue;
        c.of[ID][n] = fmt_i64(a, g->id);
        c.of[SEVERITY][n] = g->severity;
        c.of[TAGS][n] = fmt_array(a, g->tags, g->n_tags);
        c.of[EVENTS][n++] = fmt_i64(a, g->events);
    }
    return columns_exec(w, SQL_incident_note_join, &c, N, n, err);
}

static const char *
ts_or_null(struct arena *a, int64_t ts)
{
    return ts == INT64_MIN ? NULL : fmt_i64(a, ts);
}

static bool
keep_events(struct note *w, struct err *err)
{
    struct arena *a = w->a;
    struct columns c = columns_new(a, COLUMNS_MAX, w->n);
    for (size_t i = 0; i < w->n; i++) {
        const struct incident_event *e = &w->events[i];
        const char *const row[COLUMNS_MAX] = {
            fmt_i64(a, e->rule_id),
            e->rule_name,
            id_or_null(a, e->owner_id),
            fmt_bool(e->shared),
            e->severity,
            e->kind,
            e->subject,
            id_or_null(a, e->instrument_id),
            id_or_null(a, e->interval_s),
            ts_or_null(a, e->ts),
            ts_or_null(a, e->at_ts),
            fmt_f64(a, e->left),
            fmt_f64(a, e->right),
            e->text,
            fmt_bool(e->retroactive),
            w->of[i] == NONE ? NULL : fmt_i64(a, w->groups[w->of[i]].id),
        };
        for (int col = 0; col < COLUMNS_MAX; col++)
            c.of[col][i] = row[col];
    }
    return columns_exec(w, SQL_incident_note_events, &c, COLUMNS_MAX, w->n,
                        err);
}

static bool
keep_states(struct note *w, struct err *err)
{
    struct arena *a = w->a;
    enum { RULE, SUBJECT, INCIDENT, N };
    struct columns c = columns_new(a, N, w->n);
    struct map seen = map_new(a, w->n);
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (w->of[i] == NONE || !map_add(&seen, w->keys[i], 0))
            continue;
        c.of[RULE][n] = fmt_i64(a, w->events[i].rule_id);
        c.of[SUBJECT][n] = w->events[i].subject;
        c.of[INCIDENT][n++] = fmt_i64(a, w->groups[w->of[i]].id);
    }
    return columns_exec(w, SQL_incident_note_states, &c, N, n, err);
}

static bool
note_in_tx(struct db *db, void *arg, struct err *err)
{
    struct note *w = arg;
    (void)db;
    if (!look(w, err))
        return false;
    assign(w);
    return open_new(w, err) && join_known(w, err) && keep_events(w, err) &&
           keep_states(w, err);
}

bool
incident_note(struct db *db, const struct incident_event *events, size_t n,
              struct err *err)
{
    if (n == 0)
        return true;
    struct arena *a = arena_new();
    struct note w = {.a = a, .db = db, .events = events, .n = n};
    w.keys = arena_array(a, n, sizeof *w.keys);
    w.of = arena_array(a, n, sizeof *w.of);
    bool ok = db_tx(db, note_in_tx, &w, err);
    arena_free(a);
    return ok || err_wrap(err, "keep events");
}
