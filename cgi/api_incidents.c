/* Incidents, events and channels for programs (docs/api.md). */
#include "cgi/incident_page.h"
#include "cgi/request.h"
#include "cgi/show.h"
#include "core/channel.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/number.h"

#include <string.h>

enum { LIST_ROWS = 100, LIST_MAX = 500, NOTE_MAX = 2000 };

/* A whole number of the query, 1 or more; *out stays where there is none. */
static bool
number_query(const struct page *p, const char *name, int64_t most, int64_t *out,
             struct err *err)
{
    const char *text = page_query(p, name);
    if (text == NULL || text[0] == '\0' ||
        (number_parse_i64(text, strlen(text), out) && *out >= 1 &&
         *out <= most))
        return true;
    return err_set(err, ERR_INPUT, "%s: give 1 to %lld", name, (long long)most);
}

/* Where a page of a list begins, and how many. */
static bool
page_query_of(const struct page *p, int64_t *before, int *limit,
              struct err *err)
{
    int64_t n = LIST_ROWS;
    if (!number_query(p, "before", INT64_MAX, before, err) ||
        !number_query(p, "limit", LIST_MAX, &n, err))
        return false;
    *limit = (int)n;
    return true;
}

static bool
choice_query(const struct page *p, const char *name, const char *const *names,
             const char **out, struct err *err)
{
    const char *text = page_query(p, name);
    struct buf *all = buf_new(p->a);
    *out = NULL;
    if (text == NULL || text[0] == '\0')
        return true;
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0)
            *out = names[i];
        buf_addf(all, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    return *out != NULL ||
           err_set(err, ERR_INPUT, "%s: choose one of %s", name, all->data);
}

/* An ISO time or a day; 0: none. */
static bool
time_query(const struct page *p, const char *name, int64_t *ts, struct err *err)
{
    const char *text = page_query(p, name);
    *ts = 0;
    return text == NULL || text[0] == '\0' ||
           date_parse_iso(text, strlen(text), ts) ||
           err_set(err, ERR_INPUT,
                   "%s: \"%.40s\" is not a time: write it as "
                   "2026-11-22T14:30:00Z",
                   name, text);
}

/* Ends {"...": [...] with "next": the `before` of what follows, or null. */
static void
close_list(struct buf *b, bool more, int64_t last)
{
    json_close(b, ']');
    json_member_id(b, "next", more ? last : 0);
    json_close(b, '}');
}

/* --- incidents ----------------------------------------------------------- */

static void
put_incident(struct page *p, const struct incident *i)
{
    struct buf *b = p->out;
    json_open(b, '{');
    json_member_i64(b, "id", i->id);
    json_member_str(b, "state",
                    i->closed_at != 0     ? "closed"
                    : i->acked_by != NULL ? "acked"
                                          : "open");
    json_member_str(b, "severity", i->severity);
    json_member_str(b, "title", i->title);
    json_member_str(b, "rules", i->rules);
    json_member_str(b, "owner", i->owner);
    json_member_time(p->a, b, "opened_at", i->opened_at);
    json_member_time(p->a, b, "closed_at", i->closed_at);
    json_member_i64(b, "events", i->events);
    json_member_str(b, "acked_by", i->acked_by);
    json_member_time(p->a, b, "acked_at", i->acked_at);
    json_member_str(b, "note", i->ack_note);
    json_member_str(b, "silenced_by", i->silenced_by);
    json_close(b, '}');
}

bool
page_api_alert_incidents(struct page *p, struct err *err)
{
    static const char *const states[] = {"open", "acked", "closed", NULL};
    static const char *const severities[] = {"info", "warning", "critical",
                                             NULL};
    const struct alert_actor who = request_alert_actor(p);
    struct incident_filter f = {.symbol = page_query(p, "symbol")};
    struct incident *list;
    size_t n;
    if (!choice_query(p, "state", states, &f.state, err) ||
        !choice_query(p, "severity", severities, &f.severity, err) ||
        !number_query(p, "rule", INT64_MAX, &f.rule_id, err) ||
        !page_query_of(p, &f.before, &f.limit, err) ||
        !incident_list(p->a, p->db, &who, &f, &list, &n, err))
        return false;
    bool more = n > (size_t)f.limit;
    n -= more;
    json_open(p->out, '{');
    json_key(p->out, "incidents");
    json_open(p->out, '[');
    for (size_t i = 0; i < n; i++)
        put_incident(p, &list[i]);
    close_list(p->out, more, n > 0 ? list[n - 1].id : 0);
    return true;
}

bool
page_api_alert_incident_ack(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct json body = page_json(p), note = json_get(body, "note");
    const char *text = json_str(note);
    struct incident i;
    int64_t id;
    if (!incident_page_id(p, "incident", &id, err))
        return false;
    if (json_type(body) != JSON_NONE && json_type(body) != JSON_OBJECT)
        return err_set(err, ERR_INPUT, "give an object: {\"note\": ...}");
    if (text == NULL && json_type(note) > JSON_NULL)
        return err_set(err, ERR_INPUT, "note: give a text");
    if (text != NULL && show_length(text) > NOTE_MAX)
        return err_set(err, ERR_INPUT, "note: at most %d characters", NOTE_MAX);
    if (!incident_ack(p->db, &who, id, incident_page_text(text), err) ||
        !incident_get(p->a, p->db, &who, id, &i, err))
        return false;
    put_incident(p, &i);
    return true;
}

/* --- events -------------------------------------------------------------- */

static void
put_event(struct page *p, const struct incident_line *l)
{
    struct buf *b = p->out;
    json_open(b, '{');
    json_member_i64(b, "id", l->id);
    json_member_str(b, "kind", l->kind);
    json_member_time(p->a, b, "at", l->at_ts);
    json_member_id(b, "rule_id", l->rule_id);
    json_member_str(b, "rule", l->rule_name);
    json_member_str(b, "severity", l->severity);
    json_member_str(b, "subject", l->subject);
    json_member_str(b, "interval",
                    l->interval_s != 0 ? interval_name(l->interval_s) : NULL);
    json_member_time(p->a, b, "ts", l->ts != INT64_MIN ? l->ts : 0);
    json_member_f64(b, "value", l->left);
    json_member_f64(b, "threshold", l->right);
    json_member_str(b, "text", l->text);
    json_member_bool(b, "retroactive", l->retroactive);
    json_member_id(b, "incident", l->incident_id);
    json_close(b, '}');
}

static bool
event_filter(const struct page *p, struct incident_line_filter *f,
             struct err *err)
{
    static const char *const kinds[] = {"fired", "resolved", "data_lost",
                                        "data_back", NULL};
    static const char *const answers[] = {"yes", "no", NULL};
    const char *retroactive;
    *f = (struct incident_line_filter){.symbol = page_query(p, "symbol")};
    if (!choice_query(p, "kind", kinds, &f->kind, err) ||
        !choice_query(p, "retroactive", answers, &retroactive, err) ||
        !number_query(p, "rule", INT64_MAX, &f->rule_id, err) ||
        !number_query(p, "incident", INT64_MAX, &f->incident_id, err) ||
        !time_query(p, "from", &f->from_ts, err) ||
        !time_query(p, "to", &f->to_ts, err))
        return false;
    f->retroactive_only = retroactive == answers[0] && retroactive != NULL;
    f->live_only = retroactive == answers[1] && retroactive != NULL;
    return page_query_of(p, &f->before, &f->limit, err);
}

bool
page_api_alert_events(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct incident_line_filter f;
    struct incident_line *list;
    size_t n;
    if (!event_filter(p, &f, err) ||
        !incident_lines(p->a, p->db, &who, &f, &list, &n, err))
        return false;
    bool more = n > (size_t)f.limit;
    n -= more;
    json_open(p->out, '{');
    json_key(p->out, "events");
    json_open(p->out, '[');
    for (size_t i = 0; i < n; i++)
        put_event(p, &list[i]);
    close_list(p->out, more, n > 0 ? list[n - 1].id : 0);
    return true;
}

/* --- channels ------------------------------------------------------------ */

static void
put_channel(struct page *p, const struct channel *c)
{
    struct buf *b = p->out;
    json_open(b, '{');
    json_member_i64(b, "id", c->id);
    json_member_str(b, "name", c->name);
    json_member_str(b, "kind", c->kind);
    json_member_str(b, "where", c->where);
    json_member_bool(b, "enabled", c->enabled);
    json_key(b, "severities");
    json_open(b, '[');
    if (c->severity_info)
        json_put_str(b, "info");
    if (c->severity_warning)
        json_put_str(b, "warning");
    if (c->severity_critical)
        json_put_str(b, "critical");
    json_close(b, ']');
    json_member_time(p->a, b, "sent_at", c->sent_at);
    json_member_time(p->a, b, "fault_at", c->fault_at);
    json_member_str(b, "fault", c->fault);
    json_member_i64(b, "waiting", c->n_waiting);
    json_member_i64(b, "dead", c->n_dead);
    json_member_i64(b, "rules", c->n_rules);
    json_close(b, '}');
}

bool
page_api_channels(struct page *p, struct err *err)
{
    struct channel *list;
    size_t n;
    if (!channel_list(p->a, p->db, &list, &n, err))
        return false;
    json_open(p->out, '{');
    json_key(p->out, "channels");
    json_open(p->out, '[');
    for (size_t i = 0; i < n; i++)
        put_channel(p, &list[i]);
    close_list(p->out, false, 0);
    return true;
}
