/* Silences and mute windows: who is not told of what, why, until when; and the
 * form that adds one, filled in by ?rule= ?instrument= ?provider=. */
#include "cgi/alert_tabs.h"
#include "cgi/filter.h"
#include "cgi/incident_page.h"
#include "cgi/request.h"
#include "cgi/show.h"
#include "core/instrument_list.h"
#include "core/silence.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/zone.h"

#include <string.h>

enum { RULES_MAX = 200, HOUR_S = 3600 };

static const char *const days[] = {"Monday",   "Tuesday", "Wednesday",
                                   "Thursday", "Friday",  "Saturday",
                                   "Sunday"};
static const struct {
    const char *value, *label;
} lengths[] = {{"1", "1 hour"},
               {"8", "8 hours"},
               {"24", "a day"},
               {"168", "a week"},
               {"until", "until the time below"}};

/* What was typed, else what the address says. */
static const char *
given(const struct page *p, const char *name)
{
    const char *typed = page_form(p, name);
    return incident_page_text(typed != NULL ? typed : page_query(p, name));
}

static void
add_option(struct page *p, const char *section, const char *value,
           const char *label, const char *selected)
{
    struct view *v = view_add(p->view, section);
    view_set(v, "OPTION", value);
    view_set(v, "LABEL", label);
    if (strcmp(value, selected) == 0)
        view_show(v, "SELECTED");
}

/* --- the list ------------------------------------------------------------ */

static void
set_silence(struct page *p, struct view *v, const struct silence *s)
{
    view_set_i64(v, "SILENCE_ID", s->id);
    view_set(v, "WHAT", silence_words(p->a, s));
    view_set(v, "REASON", s->reason);
    view_set(v, "AUTHOR", s->author);
    show_state(p->a, v, "",
               strcmp(s->state, "active") == 0 ? "silent" : s->state);
    if (s->for_all)
        view_show(v, "FOR_ALL");
    if (s->starts_at > p->real_ts)
        page_set_time(p, v, "STARTS", s->starts_at, p->real_ts);
    if (s->ends_at != 0)
        page_set_time(p, v, "ENDS", s->ends_at, p->real_ts);
    else
        view_show(v, "ENDLESS");
    if (s->ended_by != NULL)
        view_set(view_add(v, "ENDED"), "ENDED_BY", s->ended_by);
    if (p->user->role < ROLE_OPERATOR)
        return;
    struct view *cell = view_add(v, "CELL");
    if (s->may_end && strcmp(s->state, "over") != 0)
        view_show(cell, "MAY_END");
}

static bool
set_list(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    int64_t before = filter_key(p, "before");
    struct silence *list;
    size_t n;
    if (!silence_list(p->a, p->db, &who, before, FILTER_PAGE_ROWS, &list, &n,
                      err))
        return false;
    if (n == 0) {
        view_show(p->view, before != 0 ? "NO_MORE" : "NONE");
        return true;
    }
    struct view *some = view_add(p->view, "SOME");
    bool more = n > FILTER_PAGE_ROWS;
    n = more ? FILTER_PAGE_ROWS : n;
    for (size_t i = 0; i < n; i++)
        set_silence(p, view_add(some, "SILENCE"), &list[i]);
    if (before != 0)
        view_show(some, "FIRST");
    if (more)
        view_setf(view_add(some, "OLDER"), "OLDER_URL", "/silences?before=%lld",
                  (long long)list[n - 1].id);
    return true;
}

/* --- the form ------------------------------------------------------------ */

/* The newest rules, and the one that is meant. */
static bool
set_rules(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    const struct alert_filter f = {.limit = RULES_MAX};
    const char *chosen = given(p, "rule");
    struct alert_stored *list, one;
    size_t n;
    int64_t id;
    bool found = chosen[0] == '\0';
    if (!alert_stored_list(p->a, p->db, &who, &f, &list, &n, err))
        return false;
    for (size_t i = 0; i < n && i < RULES_MAX; i++) {
        const char *value = fmt_i64(p->a, list[i].id);
        add_option(p, "RULE_OPTION", value, list[i].name, chosen);
        found |= strcmp(value, chosen) == 0;
    }
    if (n > RULES_MAX)
        view_show(p->view, "MORE_RULES");
    if (found || !number_parse_i64(chosen, strlen(chosen), &id))
        return true;
    if (!alert_stored_get(p->a, p->db, &who, id, &one, err))
        return err->kind == ERR_MISSING;
    add_option(p, "RULE_OPTION", chosen, one.name, chosen);
    return true;
}

static bool
set_choices(struct page *p, struct err *err)
{
    static const char *const severities[] = {"info", "warning", "critical"};
    static const char *const words[] = {"info only", "up to warning",
                                        "up to critical: all"};
    struct instrument_name *names;
    const char *const *providers;
    size_t n, n_providers;
    if (!set_rules(p, err) ||
        !instrument_list_names(p->a, p->db, false, &names, &n, err) ||
        !instrument_list_providers(p->a, p->db, &providers, &n_providers, err))
        return false;
    for (size_t i = 0; i < n; i++)
        add_option(p, "INSTRUMENT_OPTION", names[i].symbol, names[i].symbol,
                   given(p, "instrument"));
    for (size_t i = 0; i < n_providers; i++)
        add_option(p, "PROVIDER_OPTION", providers[i], providers[i],
                   given(p, "provider"));
    for (size_t i = 0; i < COUNT_OF(severities); i++)
        add_option(p, "SEVERITY_OPTION", severities[i], words[i],
                   given(p, "severity"));
    for (size_t i = 0; i < COUNT_OF(lengths); i++)
        add_option(p, "LENGTH_OPTION", lengths[i].value, lengths[i].label,
                   given(p, "length"));
    return true;
}

/* Bits of the days that were ticked. */
static int
ticked_days(const struct page *p)
{
    size_t n;
    const char *const *ticked = page_form_all(p, "weekdays", &n);
    int bits = 0;
    for (size_t i = 0; i < n; i++)
        if (ticked[i][0] >= '0' && ticked[i][0] < '7' && ticked[i][1] == '\0')
            bits |= 1 << (ticked[i][0] - '0');
    return bits;
}

static bool
set_form(struct page *p, struct err *err)
{
    struct view *v = p->view;
    int bits = ticked_days(p);
    const char *zone = given(p, "time_zone");
    bool window = strcmp(given(p, "kind"), "window") == 0;
    view_show(v, "FORM");
    view_show(v, window ? "IS_WINDOW" : "IS_ONCE");
    view_set(v, "TYPED_REASON", given(p, "reason"));
    view_set(v, "STARTS_AT", given(p, "starts_at"));
    view_set(v, "ENDS_AT", given(p, "ends_at"));
    view_set(v, "FROM_TIME", given(p, "from_time"));
    view_set(v, "TO_TIME", given(p, "to_time"));
    view_set(v, "LAST_DAY", given(p, "last_day"));
    view_set(v, "TIME_ZONE", zone[0] != '\0' ? zone : p->user->time_zone);
    struct view *all =
        p->user->role >= ROLE_ADMIN ? view_add(v, "MAY_ALL") : NULL;
    if (all != NULL && given(p, "for_all")[0] != '\0')
        view_show(all, "IS_FOR_ALL");
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        struct view *day = view_add(v, "DAY");
        view_set_i64(day, "DAY_BIT", (int64_t)i);
        view_set(day, "DAY_NAME", days[i]);
        if (bits & 1 << i)
            view_show(day, "TICKED");
    }
    return set_choices(p, err);
}

static bool
fill(struct page *p, struct err *err)
{
    page_title(p, "Silences", NULL);
    alert_tabs(p, "/silences");
    return set_list(p, err) &&
           (p->user->role < ROLE_OPERATOR || set_form(p, err));
}

bool
page_silences_list(struct page *p, struct err *err)
{
    return fill(p, err);
}

/* --- adding one ---------------------------------------------------------- */

/* "2026-11-22T14:30" on the clocks of a zone. */
static bool
read_moment(struct page *p, const char *field, const char *zone, int64_t *ts,
            struct err *err)
{
    const char *text = given(p, field);
    int64_t wall;
    *ts = 0;
    if (text[0] == '\0')
        return true;
    if (!date_parse_iso(text, strlen(text), &wall))
        return err_set(err, ERR_INPUT,
                       "%s: \"%.40s\" is not a time: write it as "
                       "2026-11-22 14:30",
                       field, text);
    int64_t guess = wall - zone_offset_s(zone, wall, NULL);
    *ts = wall - zone_offset_s(zone, guess, NULL);
    return true;
}

/* "22:00", in minutes of the day. */
static bool
read_clock(struct page *p, const char *field, int *minute, struct err *err)
{
    const char *text = given(p, field);
    int64_t ts;
    if (strlen(text) == 5 &&
        date_parse_iso(arena_printf(p->a, "2000-01-01T%s", text), 16, &ts)) {
        *minute = (int)((ts - date_day_start(ts)) / 60);
        return true;
    }
    return err_set(err, ERR_INPUT,
                   "%s: \"%.40s\" is not a time of the day: write it as 22:00",
                   field, text);
}

static bool
read_once(struct page *p, struct silence *s, struct err *err)
{
    const char *length = given(p, "length"), *zone = p->user->time_zone;
    int64_t hours;
    if (!read_moment(p, "starts_at", zone, &s->starts_at, err))
        return false;
    int64_t start = s->starts_at != 0 ? s->starts_at : p->real_ts;
    if (strcmp(length, "until") != 0 && length[0] != '\0') {
        if (!number_parse_i64(length, strlen(length), &hours) || hours < 1 ||
            hours > 24 * SILENCE_DAYS_MAX)
            return err_set(err, ERR_INPUT, "length: choose how long it lasts");
        s->ends_at = start + hours * HOUR_S;
        return true;
    }
    if (!read_moment(p, "ends_at", zone, &s->ends_at, err))
        return false;
    return s->ends_at != 0 || err_set(err, ERR_INPUT, "ends_at: until when?");
}

static bool
read_window(struct page *p, struct silence *s, struct err *err)
{
    const char *last = given(p, "last_day");
    int64_t ts;
    s->time_zone = given(p, "time_zone");
    s->weekdays = ticked_days(p);
    if (s->weekdays == 0)
        return err_set(err, ERR_INPUT, "weekdays: choose a day at least");
    if (!zone_is_known(s->time_zone))
        return err_set(err, ERR_INPUT,
                       "time_zone: there is no zone \"%.40s\"; write it as "
                       "Europe/Berlin",
                       s->time_zone);
    if (!read_clock(p, "from_time", &s->from_min, err) ||
        !read_clock(p, "to_time", &s->to_min, err))
        return false;
    if (last[0] == '\0')
        return true;
    if (!date_parse_day(last, strlen(last), &ts))
        return err_set(err, ERR_INPUT,
                       "last_day: \"%.40s\" is not a day: write it as "
                       "2026-11-22",
                       last);
    ts += DAY_S;
    s->ends_at = ts - zone_offset_s(s->time_zone, ts, NULL);
    return true;
}

static const char *
or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static bool
read_silence(struct page *p, struct silence *s, struct err *err)
{
    const char *rule = given(p, "rule");
    *s = (struct silence){
        .reason = given(p, "reason"),
        .for_all =
            p->user->role >= ROLE_ADMIN && page_form(p, "for_all") != NULL,
        .symbol = or_null(given(p, "instrument")),
        .provider = or_null(given(p, "provider")),
        .severity = or_null(given(p, "severity")),
    };
    if (rule[0] != '\0' && !number_parse_i64(rule, strlen(rule), &s->rule_id))
        return err_set(err, ERR_INPUT, "rule: there is no rule \"%.40s\"",
                       rule);
    return strcmp(given(p, "kind"), "window") == 0 ? read_window(p, s, err)
                                                   : read_once(p, s, err);
}

bool
page_silences_add(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct silence s;
    struct err why;
    int64_t id;
    if (read_silence(p, &s, &why) && silence_add(p->db, &who, &s, &id, &why))
        return page_redirect(p,
                             arena_printf(p->a,
                                          "Silence %lld is kept: nobody is "
                                          "told of what it matches. What "
                                          "happens is shown all the same.",
                                          (long long)id),
                             "/silences");
    if (why.kind != ERR_INPUT && why.kind != ERR_MISSING &&
        why.kind != ERR_CONFLICT) {
        *err = why;
        return false;
    }
    if (why.kind == ERR_MISSING)
        why.kind = ERR_INPUT; /* of what was chosen in the form */
    incident_page_refused(p, &why);
    return fill(p, err);
}

bool
page_silences_end(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct err why;
    int64_t id;
    if (!incident_page_id(p, "silence", &id, err))
        return false;
    if (silence_end(p->db, &who, id, &why))
        return page_redirect(p,
                             arena_printf(p->a,
                                          "Silence %lld has ended: what is "
                                          "still open is told now.",
                                          (long long)id),
                             "/silences");
    if (why.kind != ERR_CONFLICT) {
        *err = why;
        return false;
    }
    incident_page_refused(p, &why);
    return fill(p, err);
}
