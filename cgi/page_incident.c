/* One incident: how it stands, what to do about it, and its timeline: what
 * happened, and who was told with what answer. */
#include "cgi/alert_tabs.h"
#include "cgi/incident_page.h"
#include "cgi/request.h"
#include "cgi/show.h"
#include "core/silence.h"
#include "lib/format.h"
#include "lib/number.h"

#include <stdlib.h>
#include <string.h>

enum {
    EVENTS = 200,
    DELIVERIES = 100,
    ANSWER_CHARS = 300,
    RULES_MAX = 50,
    HOUR_S = 3600,
    NOTE_MAX = 2000,
};

struct item {
    int64_t ts, id;
    const struct incident_line *line; /* or */
    const struct delivery *delivery;
};

static int
by_time(const void *x, const void *y)
{
    const struct item *a = x, *b = y;
    if (a->ts != b->ts)
        return a->ts < b->ts ? -1 : 1;
    if ((a->line != NULL) != (b->line != NULL))
        return a->line != NULL ? -1 : 1;
    return a->id < b->id ? -1 : 1;
}

static void
set_line(struct page *p, struct view *v, const struct incident_line *l)
{
    struct view *event = view_add(v, "EVENT");
    show_state(p->a, v, "ITEM_", l->kind);
    view_set(event, "RULE_NAME", l->rule_name);
    view_set(event, "LINE_TEXT", l->text);
    if (l->rule_id != 0)
        view_set_i64(view_add(event, "RULE"), "RULE_ID", l->rule_id);
    else
        view_show(event, "RULE_GONE");
}

static void
set_delivery(struct page *p, struct view *v, const struct delivery *d)
{
    struct view *told = view_add(v, "DELIVERY");
    show_state(p->a, v, "ITEM_", d->state);
    view_set_i64(told, "DELIVERY_ID", d->id);
    view_set(told, "CHANNEL_NAME", d->channel_name);
    view_set(told, "KIND_WORDS", delivery_kind_words(d->kind));
    if (d->attempts > 1)
        view_set(view_add(told, "TRIES"), "TRIES_TEXT",
                 fmt_plural(p->a, d->attempts, "attempt", "attempts"));
    if (d->error != NULL)
        view_set(view_add(told, "ERROR"), "ERROR_WORDS",
                 show_short(p->a, d->error, ANSWER_CHARS));
    if (d->answer != NULL)
        view_set(view_add(told, "ANSWER"), "ANSWER_TEXT",
                 show_short(p->a, d->answer, ANSWER_CHARS));
}

static bool
set_timeline(struct page *p, int64_t id, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct incident_line *lines;
    struct delivery *told;
    size_t n_lines, n_told, n = 0;
    const struct incident_line_filter lf = {.incident_id = id, .limit = EVENTS};
    const struct delivery_filter df = {.incident_id = id, .limit = DELIVERIES};
    if (!incident_lines(p->a, p->db, &who, &lf, &lines, &n_lines, err) ||
        !delivery_list(p->a, p->db, &who, &df, &told, &n_told, err))
        return false;
    if (n_lines > EVENTS || n_told > DELIVERIES)
        view_show(p->view, "EARLIER");
    struct item *items = arena_array(p->a, n_lines + n_told, sizeof *items);
    for (size_t i = 0; i < n_lines; i++)
        items[n++] = (struct item){
            .ts = lines[i].created_at, .id = lines[i].id, .line = &lines[i]};
    for (size_t i = 0; i < n_told; i++)
        items[n++] = (struct item){
            .ts = told[i].created_at, .id = told[i].id, .delivery = &told[i]};
    if (n > 0)
        qsort(items, n, sizeof *items, by_time);
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(p->view, "ITEM");
        page_set_time(p, v, "ITEM_AT", items[i].ts, p->real_ts);
        if (items[i].line != NULL)
            set_line(p, v, items[i].line);
        else
            set_delivery(p, v, items[i].delivery);
    }
    if (n_told == 0)
        view_show(p->view, "NOBODY_TOLD");
    return true;
}

static void
set_head(struct page *p, const struct incident *i)
{
    bool is_open = i->closed_at == 0;
    const char *state = incident_state(i);
    const char *lasted = fmt_duration(
        p->a, (double)((is_open ? p->real_ts : i->closed_at) - i->opened_at));
    show_state(p->a, p->view, "", i->severity);
    show_state(p->a, p->view, "HOW_", state);
    view_set(p->view, "HEAD_TONE",
             is_open ? show_tone(i->severity) : show_tone("succeeded"));
    view_set(p->view, "HEAD_SHAPE",
             is_open ? show_shape(i->severity) : show_shape("succeeded"));
    if (!is_open)
        view_setf(p->view, "HEADLINE", "Over: it lasted %s", lasted);
    else if (i->acked_by != NULL)
        view_setf(p->view, "HEADLINE", "Open for %s; %s is on it", lasted,
                  i->acked_by);
    else
        view_setf(p->view, "HEADLINE",
                  "Open for %s, and nobody has acknowledged it", lasted);
    if (is_open && i->silenced_by != NULL)
        view_set(view_add(p->view, "SILENCED"), "SILENCED_BY", i->silenced_by);
    page_title(p, i->title,
               is_open && i->acked_by == NULL
                   ? arena_printf(p->a, "▲ %s", i->severity)
                   : NULL);
}

static void
set_facts(struct page *p, const struct incident *i)
{
    view_set_i64(p->view, "INCIDENT_ID", i->id);
    view_set(p->view, "RULES", i->rules);
    view_set(p->view, "OWNER",
             i->owner != NULL && i->owner[0] != '\0' ? i->owner
                                                     : "the installation");
    view_set(p->view, "EVENTS", fmt_count(p->a, i->events));
    page_set_time(p, p->view, "OPENED", i->opened_at, p->real_ts);
    if (i->closed_at != 0)
        page_set_time(p, p->view, "CLOSED", i->closed_at, p->real_ts);
    if (i->acked_by == NULL)
        return;
    struct view *acked = view_add(p->view, "ACKED");
    view_set(acked, "ACKED_BY", i->acked_by);
    view_set(acked, "ACK_NOTE", i->ack_note);
    page_set_time(p, acked, "ACKED_AT", i->acked_at, p->real_ts);
}

static bool
fill(struct page *p, int64_t id, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct incident i;
    if (!incident_get(p->a, p->db, &who, id, &i, err))
        return false;
    alert_tabs(p, "/incidents");
    set_head(p, &i);
    set_facts(p, &i);
    if (i.may_ack)
        view_set(view_add(p->view, "MAY_ACK"), "TYPED_NOTE",
                 page_form(p, "note"));
    if (i.closed_at == 0 && who.may_write) {
        struct view *v = view_add(p->view, "MAY_SILENCE");
        view_set(v, "SILENCE_URL", incident_silence_url(p->a, &i));
        view_set(v, "TYPED_REASON", page_form(p, "reason"));
    }
    return set_timeline(p, id, err);
}

bool
page_incidents_show(struct page *p, struct err *err)
{
    int64_t id;
    return incident_page_id(p, "incident", &id, err) && fill(p, id, err);
}

/* To where the form was, or the incident. */
static bool
go_back(struct page *p, int64_t id, const char *text)
{
    const char *next = incident_page_next(p);
    return next != NULL
               ? page_redirect(p, text, "%s", next)
               : page_redirect(p, text, "/incidents/%lld", (long long)id);
}

/* The page again with what was typed; what is not there stays a failure. */
static bool
refused(struct page *p, int64_t id, const struct err *why, struct err *err)
{
    if (why->kind != ERR_INPUT && why->kind != ERR_CONFLICT) {
        *err = *why;
        return false;
    }
    incident_page_refused(p, why);
    return fill(p, id, err);
}

bool
page_incidents_ack(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct err why;
    int64_t id;
    if (!incident_page_id(p, "incident", &id, err))
        return false;
    const char *note = incident_page_text(page_form(p, "note"));
    bool ok =
        show_length(note) <= NOTE_MAX
            ? incident_ack(p->db, &who, id, note, &why)
            : err_set(&why, ERR_INPUT, "note: at most %d characters", NOTE_MAX);
    if (!ok)
        return refused(p, id, &why, err);
    return go_back(p, id,
                   arena_printf(p->a,
                                "Incident %lld is acknowledged: no reminder "
                                "and no escalation will follow.",
                                (long long)id));
}

/* The rules whose silence silences the incident, each once. */
static bool
rules_of(struct page *p, int64_t id, int64_t rules[RULES_MAX], size_t *n,
         struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    const struct incident_line_filter f = {.incident_id = id, .limit = EVENTS};
    struct incident_line *lines;
    size_t n_lines;
    *n = 0;
    if (!incident_lines(p->a, p->db, &who, &f, &lines, &n_lines, err))
        return false;
    for (size_t i = 0; i < n_lines && *n < RULES_MAX; i++) {
        bool known = lines[i].rule_id == 0;
        for (size_t k = 0; k < *n; k++)
            known |= rules[k] == lines[i].rule_id;
        if (!known)
            rules[(*n)++] = lines[i].rule_id;
    }
    return true;
}

/* What belongs to a provider is silenced with it; else rule by rule. */
static bool
silence(struct page *p, const struct incident *i, struct silence *s,
        struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    int64_t rules[RULES_MAX], ignored;
    size_t n;
    if (i->provider != NULL) {
        s->provider = i->provider;
        return silence_add(p->db, &who, s, &ignored, err);
    }
    if (!rules_of(p, i->id, rules, &n, err))
        return false;
    if (n == 0)
        return err_set(err, ERR_CONFLICT,
                       "the rules of this incident are gone: there is nothing "
                       "to silence");
    for (size_t k = 0; k < n; k++) {
        s->rule_id = rules[k];
        if (!silence_add(p->db, &who, s, &ignored, err))
            return false;
    }
    return true;
}

static bool
read_silence(struct page *p, const struct incident *i, struct silence *s,
             struct err *err)
{
    const char *text = incident_page_text(page_form(p, "hours"));
    const char *reason = incident_page_text(page_form(p, "reason"));
    int64_t hours;
    if (!number_parse_i64(text, strlen(text), &hours) || hours < 1 ||
        hours > 24 * SILENCE_DAYS_MAX)
        return err_set(err, ERR_INPUT, "hours: choose 1 to %d",
                       24 * SILENCE_DAYS_MAX);
    *s = (struct silence){
        .reason = reason[0] != '\0'
                      ? reason
                      : arena_printf(p->a, "incident %lld", (long long)i->id),
        .for_all = p->user->role >= ROLE_ADMIN,
        .starts_at = p->real_ts,
        .ends_at = p->real_ts + hours * HOUR_S,
    };
    return true;
}

bool
page_incidents_silence(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct incident i;
    struct silence s;
    struct err why;
    int64_t id;
    if (!incident_page_id(p, "incident", &id, err) ||
        !incident_get(p->a, p->db, &who, id, &i, err))
        return false;
    if (!read_silence(p, &i, &s, &why) || !silence(p, &i, &s, &why))
        return refused(p, id, &why, err);
    return go_back(
        p, id,
        arena_printf(p->a,
                     "Nobody is told of %s until %s. What happens is kept and "
                     "shown all the same.",
                     i.provider != NULL ? i.provider : i.rules,
                     page_time(p, s.ends_at)));
}
