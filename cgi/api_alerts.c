/* /api/v1/alerts: rules are listed, read, made, changed and deleted. */
#include "cgi/alert_api.h"

#include "cgi/show.h"
#include "lib/number.h"

#include <string.h>

enum { LIST_ROWS = 100, LIST_MAX = 500, IDS_MAX = 1000 };

bool
alert_api_id(const struct page *p, int64_t *id, struct err *err)
{
    const char *text = page_param(p, "id");
    return (number_parse_i64(text, strlen(text), id) && *id > 0) ||
           err_set(err, ERR_MISSING, "there is no alert rule %.40s", text);
}

/* --- lists ---------------------------------------------------------------- */

/* One of the names, or NULL: any. */
static bool
choice_query(const struct page *p, const char *name, const char *const *names,
             size_t n, const char **out, struct err *err)
{
    const char *text = page_query(p, name);
    *out = NULL;
    if (text == NULL || text[0] == '\0')
        return true;
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], text) == 0)
            *out = text;
    return *out != NULL || err_set(err, ERR_INPUT, "%s: Choose %s", name,
                                   show_names(p->a, names, n, n));
}

/* A whole number from 1 to most. */
static bool
number_query(const struct page *p, const char *name, int64_t most, int64_t *out,
             struct err *err)
{
    const char *text = page_query(p, name);
    if (text == NULL || (number_parse_i64(text, strlen(text), out) &&
                         *out >= 1 && *out <= most))
        return true;
    return err_set(err, ERR_INPUT, "%s: Give 1 to %lld", name, (long long)most);
}

bool
alert_api_filter(const struct page *p, struct alert_filter *f, struct err *err)
{
    static const char *const severities[] = {"info", "warning", "critical"};
    static const char *const kinds[] = {"series", "pipeline"};
    static const char *const phases[] = {"active", "no_data", "pending", "ok",
                                         "done",   "fault",   "off"};
    int64_t limit = LIST_ROWS;
    *f = (struct alert_filter){.symbol = page_query(p, "symbol"),
                               .owner = page_query(p, "owner"),
                               .search = page_query(p, "search")};
    if (!choice_query(p, "severity", severities, COUNT_OF(severities),
                      &f->severity, err) ||
        !choice_query(p, "kind", kinds, COUNT_OF(kinds), &f->kind, err) ||
        !choice_query(p, "phase", phases, COUNT_OF(phases), &f->phase, err) ||
        !number_query(p, "before", INT64_MAX, &f->before, err) ||
        !number_query(p, "after", INT64_MAX, &f->after, err) ||
        !number_query(p, "limit", LIST_MAX, &limit, err))
        return false;
    f->limit = (int)limit;
    return true;
}

bool
page_api_alerts(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct alert_filter f;
    struct alert_stored *list;
    size_t n;
    if (!alert_api_filter(p, &f, err) ||
        !alert_stored_list(p->a, p->db, &who, &f, &list, &n, err))
        return false;
    /* The one too many is the farthest from where the page begins. */
    bool is_more = n > (size_t)f.limit;
    size_t first = is_more && f.after > 0 ? 1 : 0;
    n -= is_more;
    json_open(p->out, '{');
    json_key(p->out, "alerts");
    json_open(p->out, '[');
    for (size_t i = first; i < first + n; i++)
        alert_stored_json(p->a, p->out, &list[i]);
    json_close(p->out, ']');
    json_member_id(p->out, "next",
                   !is_more      ? 0
                   : f.after > 0 ? list[1].id
                                 : list[n - 1].id);
    json_close(p->out, '}');
    return true;
}

bool
page_api_alerts_export(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct alert_filter f;
    page_header(p, "Content-Disposition",
                "attachment; filename=\"alerts.json\"");
    return alert_api_filter(p, &f, err) &&
           alert_export(p->a, p->db, &who, &f, p->out, err);
}

/* --- one rule ------------------------------------------------------------- */

/* The rule as it is now, with its version as the tag. */
static bool
answer(struct page *p, int64_t id, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct alert_stored s;
    if (!alert_stored_get(p->a, p->db, &who, id, &s, err))
        return false;
    alert_stored_json(p->a, p->out, &s);
    page_header(p, "ETag",
                arena_printf(p->a, "\"%lld\"", (long long)s.version));
    return true;
}

static bool
answer_created(struct page *p, int64_t id, struct err *err)
{
    p->status = 201;
    page_header(p, "Location",
                arena_printf(p->a, "/api/v1/alerts/%lld", (long long)id));
    return answer(p, id, err);
}

bool
page_api_alert(struct page *p, struct err *err)
{
    int64_t id;
    return alert_api_id(p, &id, err) && answer(p, id, err);
}

bool
page_api_alert_add(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct alert_stored s = alert_stored_new();
    int64_t id;
    return alert_stored_parse(p->a, p->db, page_json(p), &s, err) &&
           alert_save(p->db, &who, &s, &id, err) && answer_created(p, id, err);
}

/* The version that If-Match names, as "7" or W/"7" (what compresses answers
 * makes tags weak); it stays as it is without one, and with "*".
 * fails   ERR_CONFLICT: it is no version of ours, so it has passed */
static bool
match_version(struct page *p, int64_t *version, struct err *err)
{
    const char *tag = request_param(request_of(p), "HTTP_IF_MATCH");
    if (tag == NULL || strcmp(tag, "*") == 0)
        return true;
    tag += strncmp(tag, "W/", 2) == 0 ? 2 : 0;
    size_t len = strlen(tag);
    if (len > 2 && tag[0] == '"' && tag[len - 1] == '"' &&
        number_parse_i64(tag + 1, len - 2, version) && *version > 0)
        return true;
    return err_set(err, ERR_CONFLICT,
                   "If-Match %.40s is no version of this alert rule", tag);
}

/* Saves what the body says over `s`, which may name no version yet. */
static bool
change(struct page *p, struct alert_stored *s, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    int64_t id = s->id;
    if (!alert_stored_parse(p->a, p->db, page_json(p), s, err) ||
        !match_version(p, &s->version, err))
        return false;
    if (s->version <= 0)
        return err_set(err, ERR_INPUT,
                       "version: Say which version this replaces, here or by "
                       "If-Match");
    return alert_save(p->db, &who, s, &id, err) && answer(p, id, err);
}

bool
page_api_alert_put(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct alert_stored old, s = alert_stored_new();
    if (!alert_api_id(p, &s.id, err) ||
        !alert_stored_get(p->a, p->db, &who, s.id, &old, err))
        return false;
    return change(p, &s, err);
}

bool
page_api_alert_patch(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct alert_stored s;
    int64_t id;
    return alert_api_id(p, &id, err) &&
           alert_stored_get(p->a, p->db, &who, id, &s, err) &&
           change(p, &s, err);
}

bool
page_api_alert_delete(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct json given = json_get(page_json(p), "version");
    int64_t id, version = 0;
    if (json_type(given) != JSON_NONE &&
        (!json_i64(given, &version) || version <= 0))
        return err_set(err, ERR_INPUT, "version: Give a version's number");
    p->status = 204;
    return alert_api_id(p, &id, err) && match_version(p, &version, err) &&
           alert_delete(p->db, &who, id, version, err);
}

bool
page_api_alert_duplicate(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    int64_t id, copy;
    return alert_api_id(p, &id, err) &&
           alert_duplicate(p->db, &who, id, &copy, err) &&
           answer_created(p, copy, err);
}

/* --- on and off ----------------------------------------------------------- */

static bool
switch_one(struct page *p, bool enable, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    int64_t id, n;
    return alert_api_id(p, &id, err) &&
           alert_enable(p->db, &who, &id, 1, enable, &n, err) &&
           answer(p, id, err);
}

bool
page_api_alert_enable(struct page *p, struct err *err)
{
    return switch_one(p, true, err);
}

bool
page_api_alert_disable(struct page *p, struct err *err)
{
    return switch_one(p, false, err);
}

/* {"ids": [7, 9]} */
static bool
switch_many(struct page *p, bool enable, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct json list = json_get(page_json(p), "ids");
    int64_t ids[IDS_MAX], changed;
    size_t n = 0;
    if (json_count(list) < 1 || json_count(list) > IDS_MAX)
        return err_set(err, ERR_INPUT, "ids: Give 1 to %d ids", IDS_MAX);
    for (struct json_iter it = json_iter(list); json_next(&it); n++)
        if (it.key != NULL || !json_i64(it.value, &ids[n]))
            return err_set(err, ERR_INPUT, "ids: Give a list of ids");
    if (!alert_enable(p->db, &who, ids, n, enable, &changed, err))
        return false;
    json_open(p->out, '{');
    json_member_i64(p->out, "changed", changed);
    json_close(p->out, '}');
    return true;
}

bool
page_api_alerts_enable(struct page *p, struct err *err)
{
    return switch_many(p, true, err);
}

bool
page_api_alerts_disable(struct page *p, struct err *err)
{
    return switch_many(p, false, err);
}
