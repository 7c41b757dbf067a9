/* Messages that went out or are owed: the list, filtered by its address, and
 * one of them, which asks again by itself until it is settled. */
#include "cgi/alert_tabs.h"
#include "cgi/filter.h"
#include "cgi/incident_page.h"
#include "cgi/request.h"
#include "cgi/show.h"
#include "core/channel.h"
#include "lib/format.h"

#include <string.h>

enum { REFRESH_S = 2, INCIDENTS_MAX = 20 };

static const char *const states[] = {"waiting", "sending", "sent", "dead",
                                     "dropped"};
static const char *const kinds[] = {"opened", "resolved", "reminder",
                                    "escalated", "test"};
static const char *const fields[] = {"state", "kind", "channel", "incident"};

/* The channels' names are no secret: they stand on every delivery. */
static bool
set_channels(struct page *p, int64_t selected, struct err *err)
{
    struct channel_name *names;
    size_t n;
    if (!channel_names(p->a, p->db, &names, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(p->view, "CHANNEL_OPTION");
        view_set_i64(v, "OPTION", names[i].id);
        view_set(v, "LABEL", names[i].name);
        if (names[i].id == selected)
            view_show(v, "SELECTED");
    }
    return true;
}

static void
read_filter(struct page *p, struct delivery_filter *f)
{
    *f = (struct delivery_filter){
        .state = filter_choice(p, "state", states, COUNT_OF(states)),
        .kind = filter_choice(p, "kind", kinds, COUNT_OF(kinds)),
        .channel_id = filter_key(p, "channel"),
        .incident_id = filter_key(p, "incident"),
        .before = filter_key(p, "before"),
        .after = filter_key(p, "after"),
        .limit = FILTER_PAGE_ROWS,
    };
}

static bool
is_filtered(const struct delivery_filter *f)
{
    return f->state != NULL || f->kind != NULL || f->channel_id != 0 ||
           f->incident_id != 0;
}

static void
set_filter(struct page *p, const struct delivery_filter *f)
{
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        struct view *v = view_add(p->view, "STATE_OPTION");
        view_set(v, "OPTION", states[i]);
        view_set(v, "LABEL", show_word(states[i]));
        if (f->state == states[i])
            view_show(v, "SELECTED");
    }
    filter_options(p, "KIND_OPTION", kinds, COUNT_OF(kinds), f->kind);
    if (f->incident_id != 0)
        view_set_i64(view_add(p->view, "OF_INCIDENT"), "INCIDENT_ID",
                     f->incident_id);
    if (is_filtered(f))
        view_show(p->view, "FILTERED");
}

static int64_t
delivery_id(const void *rows, size_t i)
{
    return ((const struct delivery *)rows)[i].id;
}

bool
page_deliveries_list(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct delivery_filter f;
    struct delivery *list;
    size_t n, first;
    page_title(p, "Deliveries", NULL);
    alert_tabs(p, "/deliveries");
    read_filter(p, &f);
    set_filter(p, &f);
    if (!set_channels(p, f.channel_id, err))
        return false;
    if (page_has_errors(p))
        return true;
    if (!delivery_list(p->a, p->db, &who, &f, &list, &n, err))
        return false;
    if (n == 0) {
        bool any = is_filtered(&f) || f.before != 0 || f.after != 0;
        view_show(p->view, any ? "NONE_FOUND" : "NONE_YET");
        return true;
    }
    struct view *v = view_add(p->view, "SOME");
    filter_set_pages(p, v,
                     &(struct filter_page){.path = "/deliveries",
                                           .fields = fields,
                                           .n_fields = COUNT_OF(fields),
                                           .before = f.before,
                                           .after = f.after,
                                           .one = "delivery",
                                           .several = "deliveries",
                                           .id = delivery_id},
                     list, &first, &n);
    delivery_rows(p, v, list + first, n);
    return true;
}

/* --- one ----------------------------------------------------------------- */

static bool
is_under_way(const struct delivery *d)
{
    return strcmp(d->state, "waiting") == 0 || strcmp(d->state, "sending") == 0;
}

static const char *
headline(struct page *p, const struct delivery *d)
{
    if (strcmp(d->state, "sent") == 0)
        return arena_printf(p->a, "%s took it", d->channel_name);
    if (strcmp(d->state, "dead") == 0)
        return arena_printf(
            p->a, "Given up after %s",
            fmt_plural(p->a, d->attempts, "attempt", "attempts"));
    if (strcmp(d->state, "dropped") == 0)
        return "Not sent: what it would have told was over before";
    if (strcmp(d->state, "sending") == 0)
        return arena_printf(p->a, "On its way to %s", d->channel_name);
    if (d->not_before > p->real_ts)
        return arena_printf(p->a, "Waits; the next attempt is %s",
                            fmt_relative(p->a, d->not_before, p->real_ts));
    return "Waits to be sent";
}

static bool
set_incidents(struct page *p, const struct delivery *d, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    const struct incident_filter f = {.delivery_id = d->id,
                                      .limit = INCIDENTS_MAX};
    struct incident *list;
    size_t n = 0;
    if (d->incidents == 0) {
        view_show(p->view, "NO_INCIDENT");
        return true;
    }
    if (!incident_list(p->a, p->db, &who, &f, &list, &n, err))
        return false;
    n = n > INCIDENTS_MAX ? INCIDENTS_MAX : n;
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(p->view, "INCIDENT");
        view_set_i64(v, "INCIDENT_ID", list[i].id);
        view_set(v, "INCIDENT_TITLE", list[i].title);
    }
    if (d->incidents > (int64_t)n)
        view_set(
            view_add(p->view, "FURTHER"), "FURTHER_TEXT",
            fmt_plural(p->a, d->incidents - (int64_t)n, "other", "others"));
    return true;
}

static void
set_message(struct page *p, const struct delivery *d)
{
    if (d->title != NULL) {
        struct view *v = view_add(p->view, "MESSAGE");
        view_set(v, "MESSAGE_TITLE", d->title);
        view_set(v, "MESSAGE_TEXT", d->body);
    } else {
        view_show(p->view, d->attempts == 0 ? "NO_TEXT_YET" : "HIDDEN_TEXT");
    }
    if (d->error != NULL)
        view_set(view_add(p->view, "ERROR"), "ERROR_WORDS", d->error);
    if (d->answer != NULL)
        view_set(view_add(p->view, "ANSWER"), "ANSWER_TEXT", d->answer);
}

static void
set_facts(struct page *p, const struct delivery *d)
{
    struct view *v = p->view;
    view_set_i64(v, "DELIVERY_ID", d->id);
    view_set(v, "CHANNEL_NAME", d->channel_name);
    view_set(v, "KIND", d->kind);
    view_set(v, "KIND_WORDS", delivery_kind_words(d->kind));
    view_set(v, "KEY", d->key);
    view_set(v, "SEVERITY", d->severity);
    view_set(v, "ATTEMPTS", fmt_count(p->a, d->attempts));
    view_setf(v, "ATTEMPTS_MAX", "%d",
              strcmp(d->kind, "test") == 0 ? 1 : DELIVERY_TRIES);
    page_set_time(p, v, "CREATED", d->created_at, p->real_ts);
    if (d->tried_at != 0)
        page_set_time(p, v, "TRIED", d->tried_at, p->real_ts);
    if (d->sent_at != 0)
        page_set_time(p, v, "SENT", d->sent_at, p->real_ts);
    if (d->asked_by != NULL)
        view_set(view_add(v, "ASKED"), "ASKED_BY", d->asked_by);
    if (d->channel_id != 0 && p->user->role >= ROLE_OPERATOR)
        view_set_i64(view_add(v, "CHANNEL"), "CHANNEL_ID", d->channel_id);
    else
        view_show(v, "CHANNEL_PLAIN");
}

bool
page_deliveries_show(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct delivery d;
    int64_t id;
    if (!incident_page_id(p, "delivery", &id, err) ||
        !delivery_get(p->a, p->db, &who, id, &d, err))
        return false;
    bool dead = strcmp(d.state, "dead") == 0;
    const char *words = headline(p, &d);
    page_title(p, arena_printf(p->a, "Delivery %lld", (long long)id),
               dead ? "✗ given up" : NULL);
    alert_tabs(p, "/deliveries");
    show_state(p->a, p->view, "", d.state);
    view_set(p->view, "HEADLINE", words);
    set_facts(p, &d);
    set_message(p, &d);
    if (dead && d.channel_id != 0 && who.may_write)
        view_show(p->view, "MAY_RETRY");
    if (is_under_way(&d))
        view_setf(view_add(p->layout, "REFRESH"), "REFRESH_S", "%d", REFRESH_S);
    else
        view_show(p->view, "SETTLED");
    return set_incidents(p, &d, err);
}

bool
page_deliveries_retry(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    int64_t id;
    return incident_page_id(p, "delivery", &id, err) &&
           delivery_retry(p->db, &who, id, err) &&
           page_redirect(p,
                         arena_printf(p->a,
                                      "Delivery %lld is sent again, with the "
                                      "same text and key.",
                                      (long long)id),
                         "/deliveries/%lld", (long long)id);
}
