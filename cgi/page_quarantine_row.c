/* One row of quarantine: what is wrong with it, what stands around it, and the
 * decision about it. */
#include "cgi/picture.h"
#include "cgi/quarantine_page.h"
#include "cgi/show.h"
#include "cgi/wake.h"
#include "core/interval.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { SERIES_MAX = 3 * DESK_NEIGHBOURS };

static bool
is(const char *text, const char *name)
{
    return text != NULL && strcmp(text, name) == 0;
}

static bool
is_operator(const struct page *p)
{
    return p->user != NULL && p->user->role >= ROLE_OPERATOR;
}

static bool
row_get(struct page *p, struct desk_row *out, struct err *err)
{
    const char *text = page_param(p, "id");
    int64_t id;
    if (!number_parse_i64(text, strlen(text), &id) || id <= 0)
        return err_set(err, ERR_MISSING, "there is no quarantine row %.40s",
                       text);
    return desk_get(p->a, p->db, id, out, err);
}

static const char *
time_words(const struct page *p, int64_t ts, int32_t interval_s)
{
    if (ts == SERIES_NO_TS)
        return "not readable";
    return interval_s % DAY_S == 0 ? date_format_day(p->a, ts)
                                   : page_time(p, ts);
}

static const char *
value(struct arena *a, double v)
{
    const char *text = fmt_f64(a, v);
    return text == NULL ? "–" : text;
}

/* --- what is wrong ---------------------------------------------------------
 */

static const char *
headline(struct arena *a, const struct desk_row *r)
{
    bool flag = is(r->severity, "flag");
    if (is(r->state, "open"))
        return flag ? "Stored, and doubted: is it right?"
                    : "Refused, so not stored: is it right after all?";
    if (is(r->state, "accepted"))
        return arena_printf(a, "Accepted by %s: it is right as it came",
                            r->decided_by);
    if (is(r->state, "corrected"))
        return arena_printf(a, "Corrected by %s", r->decided_by);
    return arena_printf(a, "Rejected by %s: %s", r->decided_by,
                        r->taken_load_id != 0 ? "it was taken out"
                                              : "it is not stored");
}

static void
set_verdict(struct page *p, const struct desk_row *r)
{
    struct view *v = p->view;
    show_state(p->a, v, "", r->state);
    view_set(v, "HEADLINE", headline(p->a, r));
    view_setf(v, "WRONG", "%s is %s; expected: %s.", r->field,
              r->value[0] == '\0' ? "not there" : r->value, r->expected);
    view_set(v, "RULE", r->rule);
    view_set(v, "RULE_WORDS", r->rule_words);
}

static void
set_facts(struct page *p, const struct desk_row *r)
{
    struct view *v = p->view;
    view_set(v, "SYMBOL", r->symbol);
    view_set(v, "INTERVAL", interval_name(r->interval_s));
    view_set(v, "ROW_TIME", time_words(p, r->ts, r->interval_s));
    view_set(v, "WHAT",
             is(r->severity, "flag") ? "stored all the same" : "not stored");
    view_set_i64(v, "LOAD_ID", r->load_id);
    view_set(v, "SOURCE", r->source);
    page_set_time(p, v, "CAME", r->created_at, p->real_ts);
    if (r->seen > 1) {
        struct view *often = view_add(v, "OFTEN");
        view_set(often, "TIMES", fmt_count(p->a, r->seen));
        page_set_time(p, often, "LAST", r->last_seen_at, p->real_ts);
    }
    view_set(v, "RAW", r->raw);
    if (r->decided_at == 0)
        return;
    struct view *d = view_add(v, "DECIDED");
    view_set(d, "WHO", r->decided_by);
    page_set_time(p, d, "WHEN", r->decided_at, p->real_ts);
    if (r->note != NULL)
        view_set(view_add(d, "NOTED"), "NOTED_TEXT", r->note);
    if (r->decision_load_id != 0)
        view_set_i64(view_add(d, "BY_LOAD"), "BY_LOAD_ID", r->decision_load_id);
    if (r->taken_load_id != 0)
        view_set_i64(view_add(d, "TAKEN"), "TAKEN_ID", r->taken_load_id);
}

/* --- what stands around it -------------------------------------------------
 */

static void
add_bar(struct page *p, const struct desk_row *r,
        const struct desk_neighbour *b, const char *what, bool is_this)
{
    struct view *v = view_add(p->view, "BAR");
    if (is_this)
        view_show(v, "THIS");
    view_set(v, "BAR_TIME", time_words(p, b->ts, r->interval_s));
    view_set(v, "BAR_WHAT", what);
    view_set(v, "BAR_OPEN", value(p->a, b->open));
    view_set(v, "BAR_HIGH", value(p->a, b->high));
    view_set(v, "BAR_LOW", value(p->a, b->low));
    view_set(v, "BAR_CLOSE", value(p->a, b->close));
    view_set(v, "BAR_VOLUME", value(p->a, b->volume));
    view_set(v, "BAR_SOURCE", b->source);
    view_set_i64(v, "BAR_LOAD", b->load_id);
}

static const char *
role_words(const char *role)
{
    static const struct {
        const char *role, *words;
    } roles[] = {
        {"before", "stored"},
        {"stored", "stored now"},
        {"after", "stored"},
        {"replaced", "stored once, replaced"},
        {"undone", "stored once, taken out"},
        {"other", "refused, too"},
        {"checked", "another provider's"},
    };
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        if (is(role, roles[i].role))
            return roles[i].words;
    return role;
}

/* The row itself stands before what else was said of its time. */
static void
set_bars(struct page *p, const struct desk_row *r,
         const struct desk_neighbour *list, size_t n)
{
    const struct desk_neighbour own = {.ts = r->ts,
                                       .load_id = r->load_id,
                                       .source = r->source,
                                       .open = r->open,
                                       .high = r->high,
                                       .low = r->low,
                                       .close = r->close,
                                       .volume = r->volume};
    bool shown = false;
    for (size_t i = 0; i <= n; i++) {
        if (!shown && (i == n || list[i].ts >= r->ts)) {
            add_bar(p, r, &own, "this row", true);
            shown = true;
        }
        if (i < n)
            add_bar(p, r, &list[i], role_words(list[i].role), false);
    }
}

/* Points of the picture, by time. */
struct points {
    double x[SERIES_MAX], high[SERIES_MAX], low[SERIES_MAX], close[SERIES_MAX];
    size_t n;
};

static void
add_point(struct points *s, const struct desk_neighbour *b)
{
    if (s->n == SERIES_MAX)
        return;
    s->x[s->n] = (double)b->ts;
    s->high[s->n] = b->high;
    s->low[s->n] = b->low;
    s->close[s->n++] = b->close;
}

static void
set_picture(struct page *p, const struct desk_row *r,
            const struct desk_neighbour *list, size_t n)
{
    struct points *stored = arena_alloc(p->a, sizeof *stored);
    struct points *other = arena_alloc(p->a, sizeof *other);
    const double x = (double)r->ts;
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (list[i].ts == r->ts && !is(list[i].role, "stored")) {
            if (list[i].close != r->close)
                add_point(other, &list[i]);
            continue;
        }
        add_point(stored, &list[i]);
        least = fmin(least, list[i].close);
        most = fmax(most, list[i].close);
    }
    if (stored->n < 2 || isnan(r->close))
        return;
    const struct picture_series series[] = {
        {.kind = PICTURE_BAND,
         .name = "stored, low to high",
         .class_name = "band",
         .n = stored->n,
         .x = stored->x,
         .y = stored->high,
         .y2 = stored->low},
        {.kind = PICTURE_LINE,
         .name = "stored close",
         .class_name = "actual",
         .n = stored->n,
         .x = stored->x,
         .y = stored->close},
        {.kind = PICTURE_DOTS,
         .name = "this row's close",
         .class_name = "bad",
         .n = 1,
         .x = &x,
         .y = &r->close},
        {.kind = PICTURE_DOTS,
         .name = "what else was said of its time",
         .class_name = "other",
         .n = other->n,
         .x = other->x,
         .y = other->close},
    };
    picture_set(
        p, p->view, "AROUND",
        &(struct picture){
            .title = arena_printf(p->a, "%s around %s", r->symbol,
                                  time_words(p, r->ts, r->interval_s)),
            .description = arena_printf(
                p->a,
                "The stored bars around this row close between %s and %s; its "
                "own close is %s. The table beneath has all values.",
                value(p->a, least), value(p->a, most), value(p->a, r->close)),
            .x_is_time = true,
            .series = series,
            .n_series = other->n > 0 ? 4 : 3});
}

/* --- the decision -----------------------------------------------------------
 */

static const struct {
    const char *field;
    size_t of_row, of_decision;
} values[] = {
    {"open", offsetof(struct desk_row, open),
     offsetof(struct desk_decision, open)},
    {"high", offsetof(struct desk_row, high),
     offsetof(struct desk_decision, high)},
    {"low", offsetof(struct desk_row, low),
     offsetof(struct desk_decision, low)},
    {"close", offsetof(struct desk_row, close),
     offsetof(struct desk_decision, close)},
    {"volume", offsetof(struct desk_row, volume),
     offsetof(struct desk_decision, volume)},
};

/* What stands in a field: as it was typed, or as the row came. */
static const char *
field_text(struct page *p, const struct desk_row *r, size_t i)
{
    const char *typed = page_form(p, values[i].field);
    double v;
    memcpy(&v, (const char *)r + values[i].of_row, sizeof v);
    return typed != NULL ? typed : fmt_f64(p->a, v);
}

static void
set_forms(struct page *p, const struct desk_row *r)
{
    static const char *const names[] = {"OPEN_VALUE", "HIGH_VALUE", "LOW_VALUE",
                                        "CLOSE_VALUE", "VOLUME_VALUE"};
    if (!is_operator(p))
        return;
    if (!is(r->state, "open")) {
        view_set(view_add(p->view, "REOPEN"), "REASON", page_form(p, "reason"));
        return;
    }
    struct view *v = view_add(p->view, "DECIDE");
    bool flag = is(r->severity, "flag");
    for (size_t i = 0; i < COUNT_OF(values); i++)
        view_set(v, names[i], field_text(p, r, i));
    view_set(v, "NOTE", page_form(p, "note"));
    view_set(v, "REASON", page_form(p, "reason"));
    view_set(v, "ACCEPT_LABEL",
             flag ? "Accept: it stays stored" : "Accept: store it as it came");
    view_set(v, "REJECT_LABEL",
             flag ? "Reject: take it out" : "Reject: leave it out");
}

/* The next open row, older than this one. */
static bool
set_next(struct page *p, const struct desk_row *r, struct err *err)
{
    const struct desk_filter f = {.state = "open", .before = r->id, .limit = 1};
    struct desk_row *next;
    size_t n;
    if (!desk_list(p->a, p->db, &f, &next, &n, err))
        return false;
    if (n > 0)
        view_set_i64(view_add(p->view, "NEXT"), "NEXT_ID", next[0].id);
    return true;
}

static bool
set_page(struct page *p, const struct desk_row *r, struct err *err)
{
    struct desk_neighbour *list;
    size_t n;
    page_title(p,
               arena_printf(p->a, "Quarantine row %lld: %s", (long long)r->id,
                            r->symbol),
               NULL);
    view_set_i64(p->view, "ROW_ID", r->id);
    if (r->simulated)
        view_show_all(p->layout, "SIMULATED");
    set_verdict(p, r);
    set_facts(p, r);
    set_forms(p, r);
    if (!desk_neighbours(p->a, p->db, r, &list, &n, err))
        return false;
    set_bars(p, r, list, n);
    set_picture(p, r, list, n);
    return set_next(p, r, err);
}

bool
page_quarantine_show(struct page *p, struct err *err)
{
    struct desk_row r;
    return row_get(p, &r, err) && set_page(p, &r, err);
}

/* The numbers of the form; what is none is marked. An empty volume is none. */
static void
read_values(struct page *p, const struct desk_row *r, struct desk_decision *d)
{
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        const char *field = values[i].field, *text = page_form(p, field);
        double v = NAN;
        text = text == NULL ? "" : text + strspn(text, " ");
        size_t len = strlen(text);
        while (len > 0 && text[len - 1] == ' ')
            len--;
        if (len == 0 && !is(field, "volume"))
            page_field_error(p, field,
                             arena_printf(p->a, "Give the %s", field));
        else if (len > 0 && !number_parse_f64(text, len, &v))
            page_field_error(
                p, field,
                arena_printf(p->a,
                             "\"%.40s\" is not a number: write it as "
                             "1234.5",
                             text));
        memcpy((char *)d + values[i].of_decision, &v, sizeof v);
    }
    const char *field, *should;
    if (page_has_errors(p) || desk_fits(p->a, r, d, &field, &should))
        return;
    for (size_t i = 0; i < COUNT_OF(values); i++)
        if (is(field, values[i].field)) {
            page_field_error(p, field,
                             arena_printf(p->a, "%c%s %s",
                                          toupper((unsigned char)field[0]),
                                          field + 1, should));
            return;
        }
    page_error(p, arena_printf(p->a, "The row's %s %s", field, should));
}

static const char *
said(struct page *p, const struct desk_row *r, enum desk_verdict verdict,
     const struct desk_result *result)
{
    return arena_printf(p->a, "Row %lld was %s.%s", (long long)r->id,
                        quarantine_done(verdict),
                        quarantine_follows(p->a, result));
}

bool
page_quarantine_row(struct page *p, struct err *err)
{
    struct desk_row r;
    struct desk_result result;
    struct desk_decision d = {.who = p->user->name,
                              .address = p->address,
                              .simulated = config()->simulator_url[0] != '\0'};
    if (!row_get(p, &r, err))
        return false;
    if (!quarantine_verdict(page_form(p, "verdict"), &d.verdict))
        return err_set(err, ERR_INPUT, "there is no such decision");
    const char *field = d.verdict == DESK_CORRECT ? "note" : "reason";
    d.note = page_form(p, field);
    quarantine_check_note(p, field, d.note);
    if (d.verdict == DESK_CORRECT)
        read_values(p, &r, &d);
    if (page_has_errors(p))
        return set_page(p, &r, err);
    if (!desk_decide(p->a, p->db, r.id, &d, &result, err)) {
        if (err->kind != ERR_CONFLICT && err->kind != ERR_INPUT)
            return false;
        page_error(p, arena_strdup(p->a, err->text));
        return row_get(p, &r, err) && set_page(p, &r, err);
    }
    wake_worker();
    return page_redirect(p, said(p, &r, d.verdict, &result), "/quarantine/%lld",
                         (long long)r.id);
}
