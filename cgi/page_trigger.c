/* Starting a run by hand, with a forecast of what it will do. */
#include "cgi/page.h"
#include "cgi/show.h"
#include "cgi/wake.h"
#include "core/instrument_list.h"
#include "core/run.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"

#include <ctype.h>
#include <string.h>

enum {
    CHOICES_MAX = 100, /* instruments as boxes; more are typed */
    SYMBOLS_MAX = 500,
    REASON_MAX = 200, /* characters, as the form's maxlength counts them */
};

/* The form as it was filled in, from the address or from the body. */
struct trigger {
    const char *mode, *from, *to, *reason;
    const char **symbols;
    size_t n_symbols;
    const char *const *steps;
    size_t n_steps;
};

static bool
is(const char *text, const char *name)
{
    return text != NULL && strcmp(text, name) == 0;
}

static bool
is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Symbols come one by one from boxes, or many in one text. */
static void
split_symbols(struct arena *a, struct trigger *t, const char *const *values,
              size_t n)
{
    t->symbols = arena_array(a, SYMBOLS_MAX, sizeof *t->symbols);
    for (size_t i = 0; i < n; i++) {
        const char *s = values[i];
        while (t->n_symbols < SYMBOLS_MAX) {
            s += strspn(s, " ,;\t\r\n");
            size_t len = strcspn(s, " ,;\t\r\n");
            if (len == 0)
                break;
            t->symbols[t->n_symbols++] = arena_strndup(a, s, len);
            s += len;
        }
    }
}

/* Where values come from: page_query and page_query_all, or page_form's. */
typedef const char *value_fn(const struct page *p, const char *name);
typedef const char *const *values_fn(const struct page *p, const char *name,
                                     size_t *n);

static struct trigger
read_trigger(struct page *p, value_fn *value, values_fn *values)
{
    struct trigger t = {
        .mode = value(p, "mode"),
        .from = value(p, "from"),
        .to = value(p, "to"),
        .reason = value(p, "reason"),
    };
    size_t n;
    const char *const *symbols = values(p, "instrument", &n);
    split_symbols(p->a, &t, symbols, n);
    t.steps = values(p, "step", &t.n_steps);
    return t;
}

static int64_t
check_day(struct page *p, const char *field, const char *text)
{
    int64_t ts = 0;
    if (is_set(text) && !date_parse_day(text, strlen(text), &ts))
        page_field_error(p, field,
                         arena_printf(p->a,
                                      "\"%.40s\" is not a day: write it as "
                                      "2026-11-22",
                                      text));
    return ts;
}

static void
check_days(struct page *p, const struct trigger *t, struct run_request *r)
{
    bool backfill = is(r->mode, "backfill");
    r->from_ts = check_day(p, "from", t->from);
    r->to_ts = check_day(p, "to", t->to);
    if (!backfill && (is_set(t->from) || is_set(t->to)))
        page_field_error(p, "from",
                         "Dates are for a backfill: choose that mode, or "
                         "clear them");
    if (backfill && !is_set(t->from))
        page_field_error(p, "from", "A backfill needs its first day");
    if (backfill && !is_set(t->to))
        page_field_error(p, "to", "A backfill needs its last day");
    if (r->from_ts != 0 && r->to_ts != 0 && r->from_ts > r->to_ts)
        page_field_error(p, "from", "The first day is after the last");
}

/* What the form asks for; what is wrong with it is named beside its field. */
static struct run_request
check(struct page *p, const struct trigger *t)
{
    static const char *const steps[] = {"fetch", "process", "retrain"};
    struct run_request r = {
        .mode = is_set(t->mode) ? t->mode : "incremental",
        .trigger = "console",
        .requested_by = p->user->name,
        .reason = t->reason,
        .instruments = t->symbols,
        .n_instruments = t->n_symbols,
        .steps = t->steps,
        .n_steps = t->n_steps,
        .simulated = config()->simulator_url[0] != '\0',
    };
    if (!is(r.mode, "incremental") && !is(r.mode, "full_refresh") &&
        !is(r.mode, "backfill"))
        page_field_error(
            p, "mode",
            arena_printf(p->a, "There is no mode \"%.40s\"", r.mode));
    check_days(p, t, &r);
    if (t->n_symbols == SYMBOLS_MAX)
        page_field_error(p, "instrument", "These are too many symbols");
    for (size_t i = 0; i < t->n_steps; i++) {
        bool known = false;
        for (size_t k = 0; k < COUNT_OF(steps); k++)
            known |= is(t->steps[i], steps[k]);
        if (!known)
            page_field_error(
                p, "step",
                arena_printf(p->a, "There is no step \"%.40s\"", t->steps[i]));
    }
    if (t->reason != NULL && show_length(t->reason) > REASON_MAX)
        page_field_error(p, "reason",
                         arena_printf(p->a,
                                      "The reason is longer than %d "
                                      "characters",
                                      REASON_MAX));
    return r;
}

/* Capital first: errors are written to follow a colon. */
static const char *
sentence(struct arena *a, const char *text)
{
    char *s = arena_strdup(a, text);
    s[0] = (char)toupper((unsigned char)s[0]);
    return s;
}

static bool
has_symbol(const struct trigger *t, const char *symbol)
{
    for (size_t i = 0; i < t->n_symbols; i++)
        if (strcasecmp(t->symbols[i], symbol) == 0)
            return true;
    return false;
}

static bool
set_instruments(struct page *p, const struct trigger *t, struct err *err)
{
    struct instrument_name *names;
    size_t n;
    if (!instrument_list_names(p->a, p->db, false, &names, &n, err))
        return false;
    if (n == 0)
        view_show(p->view, "NO_INSTRUMENTS");
    if (n > CHOICES_MAX) {
        struct buf *typed = buf_new(p->a);
        for (size_t i = 0; i < t->n_symbols; i++)
            buf_addf(typed, "%s%s", i > 0 ? " " : "", t->symbols[i]);
        struct view *many = view_add(p->view, "MANY");
        view_set(many, "MANY_COUNT", fmt_count(p->a, (int64_t)n));
        view_set(many, "MANY_VALUE", typed->data);
        return true;
    }
    struct view *few = view_add(p->view, "FEW");
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(few, "INSTRUMENT");
        view_set(v, "SYMBOL", names[i].symbol);
        view_set(v, "INSTRUMENT_TITLE", names[i].title);
        if (has_symbol(t, names[i].symbol))
            view_show(v, "CHECKED");
    }
    return true;
}

/* The form again, with everything as it was typed. */
static bool
set_form(struct page *p, const struct trigger *t, struct err *err)
{
    if (is(t->mode, "full_refresh"))
        view_show(p->view, "MODE_FULL_REFRESH");
    else if (is(t->mode, "backfill"))
        view_show(p->view, "MODE_BACKFILL");
    else
        view_show(p->view, "MODE_INCREMENTAL");
    show_day(p->view, "FROM", t->from);
    show_day(p->view, "TO", t->to);
    view_set(p->view, "REASON", t->reason);
    for (size_t i = 0; i < t->n_steps; i++) {
        if (is(t->steps[i], "fetch"))
            view_show(p->view, "STEP_FETCH");
        else if (is(t->steps[i], "process"))
            view_show(p->view, "STEP_PROCESS");
        else if (is(t->steps[i], "retrain"))
            view_show(p->view, "STEP_RETRAIN");
    }
    return set_instruments(p, t, err);
}

static void
set_forecast_error(struct page *p, const char *text)
{
    view_set(view_add(p->view, "FORECAST_ERROR"), "FORECAST_ERROR_TEXT", text);
}

static bool
set_forecast(struct page *p, const struct run_request *r, struct err *err)
{
    struct run_forecast f;
    if (page_has_errors(p)) {
        set_forecast_error(p, "Mend what is marked, then it is forecast.");
        return true;
    }
    if (!run_forecast(p->a, p->db, r, p->now_ts, &f, err)) {
        if (err->kind != ERR_INPUT)
            return false;
        page_field_error(p, "instrument", sentence(p->a, err->text));
        set_forecast_error(p, sentence(p->a, err->text));
        return true;
    }
    struct view *v = view_add(p->view, "FORECAST");
    if (f.requests == 0) {
        view_set(v, "FORECAST_WORDS", "No request: nothing is fetched");
        view_set(v, "FORECAST_MORE", "It works on what is stored.");
        return true;
    }
    view_setf(v, "FORECAST_WORDS", "%s, about %s, %s",
              fmt_plural(p->a, f.sources, "source", "sources"),
              fmt_plural(p->a, f.requests, "request", "requests"),
              fmt_duration(p->a, f.seconds));
    view_setf(v, "FORECAST_MORE", "%s.", sentence(p->a, f.limit_words));
    return true;
}

bool
page_trigger(struct page *p, struct err *err)
{
    page_title(p, "Trigger a run", NULL);
    struct trigger t = read_trigger(p, page_query, page_query_all);
    struct run_request r = check(p, &t);
    return set_form(p, &t, err) && set_forecast(p, &r, err);
}

bool
page_trigger_post(struct page *p, struct err *err)
{
    page_title(p, "Trigger a run", NULL);
    struct trigger t = read_trigger(p, page_form, page_form_all);
    struct run_request r = check(p, &t);
    if (!page_has_errors(p)) {
        int64_t id;
        if (run_enqueue(p->db, &r, &id, err)) {
            wake_worker();
            return page_redirect(p,
                                 arena_printf(p->a,
                                              "Run %lld is queued and starts "
                                              "at once when a worker is free.",
                                              (long long)id),
                                 "/runs/%lld", (long long)id);
        }
        if (err->kind != ERR_INPUT)
            return false;
        page_field_error(p, "instrument", sentence(p->a, err->text));
    }
    return set_form(p, &t, err) && set_forecast(p, &r, err);
}
