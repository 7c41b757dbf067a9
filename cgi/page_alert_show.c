/* One alert rule: how it stands, what it did, what it would have done. */
#include "cgi/alert_form.h"
#include "cgi/alert_tabs.h"
#include "cgi/alert_trial.h"
#include "cgi/alerts_list.h"
#include "cgi/filter.h"
#include "cgi/request.h"
#include "cgi/show.h"
#include "core/incident.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <math.h>
#include <string.h>

enum { EVENTS_SHOWN = 20, NAMES_SHOWN = 5 };

static void
set_verdict(struct page *p, const struct alert_stored *s)
{
    const char *state = alerts_list_state(p->a, s);
    struct view *v = p->view;
    bool is_active = s->enabled && s->n_active > 0;
    show_state(p->a, v, "", state);
    page_title(p, s->name,
               is_active ? arena_printf(p->a, "▲ %s", show_word(state)) : NULL);
    if (s->enabled && s->since > 0)
        page_set_time(p, v, "SINCE", s->since, alerts_list_clock(p, s));
    if (s->fired_at > 0)
        page_set_time(p, v, "FIRED", s->fired_at, alerts_list_clock(p, s));
    else
        view_show(v, "NEVER_FIRED");
    if (s->is_pipeline && s->n_active > 0)
        view_set(view_add(v, "ACTIVE_FOR"), "ACTIVE_COUNT",
                 fmt_count(p->a, s->n_active));
    if (!isnan(s->value) && s->enabled)
        view_set(view_add(v, "VALUE"), "VALUE_TEXT", fmt_price(p->a, s->value));
    if (s->incident_id != 0)
        view_set_i64(view_add(v, "INCIDENT"), "INCIDENT_ID", s->incident_id);
    if (s->silenced)
        view_show(v, "SILENCED");
    if (s->fault != NULL)
        view_set(view_add(v, "FAULT"), "FAULT_TEXT", s->fault);
}

static const char *
seconds_words(struct arena *a, int64_t seconds, const char *none)
{
    return seconds > 0 ? fmt_duration(a, (double)seconds) : none;
}

static void
set_facts(struct page *p, const struct alert_stored *s)
{
    struct view *v = p->view;
    view_set_i64(v, "RULE_ID", s->id);
    view_set_i64(v, "VERSION", s->version);
    view_set(v, "RULE_NAME", s->name);
    view_set(v, "RULE_WORDS", alert_stored_words(p->a, s));
    view_set(v, "SEVERITY", s->severity);
    view_set(v, "OWNER", s->owner != NULL ? s->owner : "installation");
    if (s->shared && s->owner != NULL)
        view_show(v, "IS_SHARED");
    view_set(v, "CHANNELS",
             s->by_severity ? "those of the severity"
                            : show_names(p->a, s->channel_names, s->n_channels,
                                         NAMES_SHOWN));
    view_set(v, "TOLD",
             s->tell_resolved ? "when it fires and when it is over"
                              : "when it fires");
    view_set(v, "REMINDERS", seconds_words(p->a, s->remind_s, "none"));
    view_set(v, "ESCALATION",
             s->escalate_s == 0
                 ? "none"
                 : arena_printf(p->a, "after %s to %s",
                                fmt_duration(p->a, (double)s->escalate_s),
                                show_names(p->a, s->escalate_names,
                                           s->n_escalate_to, NAMES_SHOWN)));
    if (s->note != NULL && s->note[0] != '\0')
        view_set(view_add(v, "NOTE"), "NOTE_TEXT", s->note);
    page_set_time(p, v, "CHANGED", s->updated_at, p->real_ts);
    if (!s->is_pipeline)
        view_set(view_add(v, "OF_INSTRUMENT"), "INSTRUMENT_URL",
                 show_instrument_url(p->a, s->symbol));
}

static void
set_buttons(struct page *p, const struct alert_stored *s)
{
    if (p->user->role < ROLE_OPERATOR)
        return;
    struct view *v = view_add(p->view, "BUTTONS");
    if (!s->may_change)
        return;
    struct view *own = view_add(v, "OWN_BUTTONS");
    view_set(own, "SWITCH_TO", s->enabled ? "disable" : "enable");
    view_set(own, "SWITCH_WORDS", s->enabled ? "Switch off" : "Switch on");
    view_show(p->view, "MAY_DELETE");
}

static void
set_spans(struct page *p, const char *chosen)
{
    size_t n;
    const char *const *names = alert_trial_spans(&n);
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(p->view, "SPAN");
        view_setf(v, "SPAN_URL", "%s?span=%s#trial", p->path, names[i]);
        view_set(v, "SPAN_WORDS", alert_trial_span_words(names[i]));
        bool is_it = chosen == NULL ? i == 0 : strcmp(chosen, names[i]) == 0;
        if (is_it)
            view_show(v, "CHOSEN");
    }
}

/* --- its events ------------------------------------------------------------
 */

static const char *
event_state(const char *kind)
{
    static const char *const states[][2] = {{"fired", "alert_active"},
                                            {"resolved", "alert_ok"},
                                            {"data_lost", "alert_no_data"},
                                            {"data_back", "alert_ok"}};
    for (size_t i = 0; i < COUNT_OF(states); i++)
        if (strcmp(kind, states[i][0]) == 0)
            return states[i][1];
    return "none";
}

static const char *
event_words(const char *kind)
{
    static const char *const words[][2] = {{"fired", "fired"},
                                           {"resolved", "resolved"},
                                           {"data_lost", "no data"},
                                           {"data_back", "data is back"}};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(kind, words[i][0]) == 0)
            return words[i][1];
    return kind;
}

static bool
set_events(struct page *p, const struct alert_stored *s, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct incident_line *lines;
    size_t n;
    const struct incident_line_filter filter = {.rule_id = s->id,
                                                .limit = EVENTS_SHOWN};
    if (!incident_lines(p->a, p->db, &who, &filter, &lines, &n, err))
        return false;
    struct view *v = view_add(p->view, n > 0 ? "EVENTS" : "NO_EVENTS");
    if (n > EVENTS_SHOWN) {
        view_show(v, "EVENTS_MORE");
        n = EVENTS_SHOWN;
    }
    for (size_t i = 0; i < n; i++) {
        struct view *row = view_add(v, "EVENT");
        show_state(p->a, row, "EVENT_", event_state(lines[i].kind));
        view_set(row, "EVENT_KIND", event_words(lines[i].kind));
        view_set(row, "EVENT_TEXT", lines[i].text);
        page_set_time(p, row, "EVENT_AT", lines[i].at_ts,
                      alerts_list_clock(p, s));
        if (lines[i].retroactive)
            view_show(row, "RETROACTIVE");
        if (lines[i].incident_id != 0)
            view_set_i64(view_add(row, "EVENT_INCIDENT"), "EVENT_INCIDENT_ID",
                         lines[i].incident_id);
    }
    return true;
}

bool
page_alert_show(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    const char *text = page_param(p, "id"), *span = page_query(p, "span");
    struct alert_stored s;
    int64_t id;
    if (!number_parse_i64(text, strlen(text), &id))
        return err_set(err, ERR_MISSING, "no such rule");
    if (!alert_stored_get(p->a, p->db, &who, id, &s, err))
        return false;
    alert_tabs(p, "/alerts");
    set_verdict(p, &s);
    set_facts(p, &s);
    set_buttons(p, &s);
    if (!s.is_pipeline)
        set_spans(p, span);
    return set_events(p, &s, err) &&
           alert_trial(p, s.fault == NULL ? &s : NULL, span, err);
}
