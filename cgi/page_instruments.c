/* The instruments, each with how fresh its data is; adding one. */
#include "cgi/page.h"
#include "cgi/show.h"
#include "core/calendar.h"
#include "core/instrument.h"
#include "core/instrument_list.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <math.h>
#include <string.h>

enum { PAGE_ROWS = 100 };

static void
set_verdict(struct page *p, const struct instrument_item *items, size_t n)
{
    size_t behind = 0;
    bool stale = false;
    for (size_t i = 0; i < n; i++) {
        behind += source_is_behind(&items[i].fresh);
        stale |= items[i].fresh.state[0] == 's';
    }
    const char *state = behind == 0 ? "fresh" : stale ? "stale" : "late";
    show_state(p->a, p->view, "VERDICT_", state);
    if (behind == 0)
        view_set(p->view, "VERDICT_WORDS", "Every instrument is fresh");
    else
        view_setf(
            p->view, "VERDICT_WORDS", "%zu of %s behind", behind,
            fmt_plural(p->a, (int64_t)n, "instrument is",
                       behind == 1 ? "instruments is" : "instruments are"));
    page_title(p, "Instruments",
               behind == 0 ? NULL : arena_printf(p->a, "▲ %zu late", behind));
}

/* The day that fell shortest lately. */
static void
set_quality(struct page *p, struct view *v, const struct instrument_item *it)
{
    if (isnan(it->worst_score)) {
        view_show(v, "QUALITY_NONE");
        return;
    }
    if (it->worst_score >= INSTRUMENT_LIST_GOOD) {
        view_show(v, "QUALITY_GOOD");
        return;
    }
    struct view *low = view_add(v, "QUALITY_LOW");
    view_set(low, "LOW_SCORE", fmt_number(p->a, it->worst_score, 2));
    view_set(low, "LOW_DAY", date_format_day(p->a, it->worst_ts));
}

static void
set_item(struct page *p, struct view *v, const struct instrument_item *it)
{
    show_source(p, v, &it->fresh);
    view_set(v, "KIND", it->fresh.kind);
    view_set(v, "CALENDAR", it->fresh.calendar_title);
    view_setf(v, "BARS", "%s%s", fmt_count(p->a, it->n_bars),
              it->n_bars >= INSTRUMENT_LIST_BARS ? "+" : "");
    set_quality(p, v, it);
    view_set(v, "LISTINGS",
             it->listings != NULL ? it->listings : "nobody can answer for it");
}

static void
set_items(struct page *p, const char *after, struct instrument_item *items,
          size_t n)
{
    struct view *some = view_add(p->view, "SOME");
    struct view *pages = NULL;
    if (n > PAGE_ROWS || after != NULL)
        pages = view_add(some, "PAGES");
    if (n > PAGE_ROWS) {
        n = PAGE_ROWS;
        struct buf *url = buf_new(p->a);
        buf_adds(url, "/instruments");
        show_query(url, "after", items[n - 1].fresh.symbol);
        view_set(view_add(pages, "NEXT"), "NEXT_URL", url->data);
    }
    if (after != NULL)
        view_show(pages, "FIRST");
    set_verdict(p, items, n);
    for (size_t i = 0; i < n; i++)
        set_item(p, view_add(some, "INSTRUMENT"), &items[i]);
}

static bool
set_retired(struct page *p, struct err *err)
{
    struct instrument_name *names;
    size_t n;
    if (!instrument_list_retired(p->a, p->db, &names, &n, err))
        return false;
    struct view *all = n > 0 ? view_add(p->view, "RETIRED") : NULL;
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(all, "RETIRED_ONE");
        view_set(v, "SYMBOL", names[i].symbol);
        view_set(v, "INSTRUMENT_URL",
                 show_instrument_url(p->a, names[i].symbol));
        view_set(v, "INSTRUMENT_TITLE", names[i].title);
    }
    return true;
}

static void
add_option(struct view *form, const char *section, const char *value,
           const char *label, const char *selected)
{
    struct view *v = view_add(form, section);
    view_set(v, "OPTION", value);
    view_set(v, "LABEL", label);
    if (selected != NULL && strcmp(selected, value) == 0)
        view_show(v, "SELECTED");
}

static void
add_options(struct page *p, const char *section, const char *field,
            const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_option(p->view, section, names[i], names[i], page_form(p, field));
}

/* The form of a new instrument, with what was typed already. */
static bool
set_form(struct page *p, bool is_open, struct err *err)
{
    static const char *const kinds[] = {"crypto", "stock", "energy",
                                        "index",  "fx",    "derived"};
    static const char *const intervals[] = {"1d",  "4h", "1h",
                                            "15m", "5m", "1m"};
    const char *const *providers, *currency = page_form(p, "currency");
    struct calendar *calendars;
    size_t n, n_providers;
    struct view *v = p->view;
    if (!calendar_list(p->a, p->db, &calendars, &n, err) ||
        !instrument_list_providers(p->a, p->db, &providers, &n_providers, err))
        return false;
    view_show(v, "MAY_ADD");
    if (is_open)
        view_show(v, "ADD_OPEN");
    view_set(v, "NEW_SYMBOL", page_form(p, "symbol"));
    view_set(v, "NEW_TITLE", page_form(p, "title"));
    view_set(v, "NEW_CURRENCY", currency != NULL ? currency : "USD");
    view_set(v, "NEW_PRICE_MIN", page_form(p, "price_min"));
    view_set(v, "NEW_PRICE_MAX", page_form(p, "price_max"));
    view_set(v, "NEW_JUMP_FRAC", page_form(p, "jump_frac"));
    view_set(v, "NEW_LISTING", page_form(p, "listing"));
    add_options(p, "KIND_OPTION", "kind", kinds, COUNT_OF(kinds));
    add_options(p, "INTERVAL_OPTION", "interval", intervals,
                COUNT_OF(intervals));
    add_options(p, "PROVIDER_OPTION", "provider", providers, n_providers);
    for (size_t i = 0; i < n; i++)
        add_option(v, "CALENDAR_OPTION", calendars[i].name, calendars[i].title,
                   page_form(p, "calendar"));
    return true;
}

static bool
fill(struct page *p, const char *after, bool is_open, struct err *err)
{
    struct instrument_item *items;
    size_t n;
    if (!instrument_list_page(p->a, p->db, after != NULL ? after : "",
                              PAGE_ROWS + 1, p->now_ts, &items, &n, err) ||
        !show_simulated(p, err) || !set_retired(p, err))
        return false;
    page_title(p, "Instruments", NULL);
    if (n > 0)
        set_items(p, after, items, n);
    else
        view_show(p->view, "NONE");
    return p->user->role < ROLE_OPERATOR || set_form(p, is_open || n == 0, err);
}

bool
page_instruments_list(struct page *p, struct err *err)
{
    return fill(p, page_query(p, "after"), page_query(p, "add") != NULL, err);
}

/* A value of the form; NULL when it was left empty. */
static const char *
given(const struct page *p, const char *field)
{
    const char *value = page_form(p, field);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static double
read_number(struct page *p, const char *field)
{
    const char *text = given(p, field);
    double value = NAN;
    if (text != NULL && !number_parse_f64(text, strlen(text), &value))
        page_field_error(p, field,
                         arena_printf(p->a, "\"%.40s\" is no number", text));
    return value;
}

/* The first listing: a provider and the name that it uses, both or neither. */
static void
read_listing(struct page *p, struct instrument_add *what)
{
    const char *provider = given(p, "provider"), *name = given(p, "listing");
    const char **listings = arena_array(p->a, 1, sizeof *listings);
    if (provider == NULL && name == NULL)
        return;
    if (provider == NULL || name == NULL) {
        page_field_error(p, provider == NULL ? "provider" : "listing",
                         "A listing needs both a provider and the symbol that "
                         "it is asked with");
        return;
    }
    listings[0] = arena_printf(p->a, "%s:%s", provider, name);
    what->listings = listings;
    what->n_listings = 1;
}

static bool
read_form(struct page *p, struct instrument_add *what, struct err *err)
{
    const char *symbol = given(p, "symbol"), *interval = given(p, "interval");
    struct instrument_problem *problems;
    size_t n;
    *what = (struct instrument_add){
        .symbol = symbol != NULL ? symbol : "",
        .title = given(p, "title"),
        .kind = given(p, "kind"),
        .currency = given(p, "currency"),
        .calendar = given(p, "calendar"),
        .price_min = read_number(p, "price_min"),
        .price_max = read_number(p, "price_max"),
        .jump_frac = read_number(p, "jump_frac"),
    };
    if (interval != NULL && !interval_parse(interval, &what->interval_s))
        page_field_error(p, "interval", "Choose " INTERVAL_NAMES);
    read_listing(p, what);
    if (!instrument_check(p->a, p->db, what, &problems, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        page_field_error(p, problems[i].field, problems[i].text);
    return true;
}

bool
page_instruments_add(struct page *p, struct err *err)
{
    struct instrument_add what;
    int64_t id;
    if (!fill(p, NULL, true, err) || !read_form(p, &what, err))
        return false;
    if (page_has_errors(p))
        return true;
    if (!instrument_add(p->db, &what, p->user->name, p->address, &id, err))
        return err->kind == ERR_CONFLICT &&
               page_field_error(p, "symbol", err->text);
    return page_redirect(
        p, arena_printf(p->a, "%s is there now, without bars.", what.symbol),
        "%s", show_instrument_url(p->a, what.symbol));
}
