/* The form of an alert rule as a page. */
#include "cgi/alert_form.h"
#include "cgi/alert_trial.h"
#include "cgi/show.h"
#include "core/alert_condition.h"
#include "core/channel.h"
#include "core/instrument_list.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>
#include <strings.h>

struct choice {
    const char *name, *label;
};

static void
add_option(struct view *v, const char *section, const struct choice *c,
           const char *chosen)
{
    struct view *one = view_add(v, section);
    view_set(one, "OPTION", c->name);
    view_set(one, "LABEL", c->label);
    if (strcasecmp(chosen, c->name) == 0)
        view_show(one, "SELECTED");
}

static void
add_options(struct view *v, const char *section, const struct choice *choices,
            size_t n, const char *chosen)
{
    for (size_t i = 0; i < n; i++)
        add_option(v, section, &choices[i], chosen);
}

/* --- what may be compared --------------------------------------------------
 */

static struct view *
add_group(struct view *v, const char *section, const char *name)
{
    struct view *group = view_add(v, section);
    view_set(group, "GROUP_NAME", name);
    return group;
}

/* All terms: those of a bar, those over some bars, the registered indicators.
 */
static void
set_terms(struct view *v, const char *section, const char *chosen)
{
    static const struct choice of_bar[] = {{"close", "Close"},
                                           {"open", "Open"},
                                           {"high", "High"},
                                           {"low", "Low"},
                                           {"volume", "Volume"}};
    static const struct choice over_bars[] = {
        {"change", "Change of the close in percent, over N bars"},
        {"volume_spike", "Volume, times its mean over N bars"}};
    add_options(add_group(v, section, "Of the bar"), "TERM", of_bar,
                COUNT_OF(of_bar), chosen);
    add_options(add_group(v, section, "Over some bars"), "TERM", over_bars,
                COUNT_OF(over_bars), chosen);
    struct view *group = add_group(v, section, "Indicators");
    for (int i = 0; i < INDICATOR_COUNT; i++)
        add_option(
            group, "TERM",
            &(struct choice){indicator_all[i].name, indicator_all[i].title},
            chosen);
}

static bool
set_series(struct page *p, const struct alert_form *f, struct err *err)
{
    static const struct choice intervals[] = {{"1m", "1m"},   {"5m", "5m"},
                                              {"15m", "15m"}, {"1h", "1h"},
                                              {"4h", "4h"},   {"1d", "1d"}};
    static const struct choice ops[] = {{"above", "is above"},
                                        {"below", "is below"},
                                        {"crosses_above", "crosses above"},
                                        {"crosses_below", "crosses below"}};
    struct instrument_name *names;
    size_t n;
    struct view *v = view_add(p->view, "SERIES");
    if (!instrument_list_names(p->a, p->db, false, &names, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        add_option(v, "INSTRUMENT_OPTION",
                   &(struct choice){names[i].symbol, names[i].symbol},
                   f->symbol);
    if (n == 0)
        view_show(v, "NO_INSTRUMENTS");
    add_options(v, "INTERVAL_OPTION", intervals, COUNT_OF(intervals),
                f->interval[0] != '\0' ? f->interval : "1d");
    set_terms(v, "LEFT_GROUP", f->left);
    add_options(v, "OP_OPTION", ops, COUNT_OF(ops), f->op);
    if (strcmp(f->right, "number") == 0)
        view_show(v, "RIGHT_NUMBER");
    set_terms(v, "RIGHT_GROUP", f->right);
    view_set(v, "LEFT_BARS", f->left_bars);
    view_set(v, "RIGHT_BARS", f->right_bars);
    view_set(v, "NUMBER", f->number);
    view_set(v, "FOR_BARS", f->for_bars);
    view_set(v, "CLEAR", f->clear);
    view_set(v, "NO_DATA", f->no_data);
    return true;
}

/* --- the pipeline ----------------------------------------------------------
 */

static void
set_pipeline(struct page *p, const struct alert_form *f)
{
    size_t n;
    const struct alert_condition *all = alert_conditions(&n);
    struct view *v = view_add(p->view, "PIPELINE");
    for (size_t i = 0; i < n; i++) {
        const char *label = all[i].title;
        if (all[i].unit != NULL)
            label = arena_printf(p->a, "%s (%s, usually %s)", label,
                                 all[i].unit, fmt_f64(p->a, all[i].threshold));
        add_option(v, "CONDITION_OPTION", &(struct choice){all[i].name, label},
                   f->condition);
    }
    view_set(v, "THRESHOLD", f->threshold);
    view_set(v, "SUBJECT", f->subject);
}

/* --- what a new one may begin as -------------------------------------------
 */

static void
set_preset(struct page *p, const struct alert_form *f, const char *name,
           const char *title)
{
    struct buf *url = buf_new(p->a);
    struct view *v = view_add(p->view, "PRESET");
    buf_adds(url, "/alerts/new");
    show_query(url, "preset", name);
    show_query(url, "symbol", f->symbol);
    show_query(url, "interval", f->interval);
    view_set(v, "PRESET_URL", url->data);
    view_set(v, "PRESET_TITLE", title);
    if (strcmp(f->preset, name) == 0)
        view_show(v, "CHOSEN");
}

static void
set_presets(struct page *p, const struct alert_form *f)
{
    size_t n;
    const struct alert_preset *presets = alert_presets(&n);
    view_show(p->view, "IS_NEW");
    for (size_t i = 0; i < n; i++)
        set_preset(p, f, presets[i].name, presets[i].title);
    set_preset(p, f, ALERT_PRESET_PIPELINE, "Condition of the pipeline");
}

/* --- whom it tells ---------------------------------------------------------
 */

static bool
has_id(const char *const *ids, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(ids[i], id) == 0)
            return true;
    return false;
}

static void
set_channel(struct page *p, const char *section, const struct channel_name *c,
            const char *const *ids, size_t n)
{
    struct view *v = view_add(p->view, section);
    view_set_i64(v, "CHANNEL_ID", c->id);
    view_set(v, "CHANNEL_NAME", c->name);
    view_set(v, "CHANNEL_KIND",
             c->enabled ? c->kind
                        : arena_printf(p->a, "%s, switched off", c->kind));
    if (has_id(ids, n, fmt_i64(p->a, c->id)))
        view_show(v, "CHECKED");
}

static bool
set_channels(struct page *p, const struct alert_form *f, struct err *err)
{
    struct channel_name *all;
    size_t n;
    if (!channel_names(p->a, p->db, &all, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        set_channel(p, "CHANNEL", &all[i], f->channels, f->n_channels);
        set_channel(p, "ESCALATION", &all[i], f->escalate_to, f->n_escalate_to);
    }
    return true;
}

static void
set_spans(struct page *p, const char *chosen)
{
    size_t n;
    const char *const *names = alert_trial_spans(&n);
    for (size_t i = 0; i < n; i++)
        add_option(p->view, "SPAN_OPTION",
                   &(struct choice){names[i], alert_trial_span_words(names[i])},
                   chosen);
}

bool
alert_form_show(struct page *p, const struct alert_form *f, struct err *err)
{
    static const struct choice severities[] = {
        {"info", "Info"}, {"warning", "Warning"}, {"critical", "Critical"}};
    struct view *v = p->view;
    if (f->version[0] == '\0')
        set_presets(p, f);
    view_set(v, "PRESET_NAME", f->preset);
    view_set(v, "KIND", f->is_pipeline ? "pipeline" : "series");
    view_set(v, "NAME", f->name);
    view_set(v, "VERSION", f->version);
    view_set(v, "NOTE", f->note);
    add_options(v, "SEVERITY_OPTION", severities, COUNT_OF(severities),
                f->severity);
    view_set(v, "COOLDOWN", f->cooldown);
    view_set(v, "REMIND", f->remind);
    view_set(v, "ESCALATE", f->escalate);
    static const char *const flags[] = {"ONCE", "TELL_RESOLVED", "SHARED",
                                        "ENABLED"};
    const bool on[] = {f->once, f->tell_resolved, f->shared, f->enabled};
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        if (on[i])
            view_show(v, flags[i]);
    /* what is not usual stands open */
    if (f->cooldown[0] != '\0' || f->once || f->no_data[0] != '\0' ||
        f->clear[0] != '\0')
        view_show(v, "CALM_OPEN");
    if (f->remind[0] != '\0' || f->escalate[0] != '\0' || f->n_escalate_to > 0)
        view_show(v, "INSIST_OPEN");
    set_spans(p, f->span);
    if (f->is_pipeline)
        set_pipeline(p, f);
    return (f->is_pipeline || set_series(p, f, err)) && set_channels(p, f, err);
}
