/* One load: what brought it, what became of its rows, and its undo. */
#include "cgi/page.h"
#include "cgi/show.h"
#include "cgi/wake.h"
#include "core/load_list.h"
#include "core/interval.h"
#include "core/mapping.h"
#include "core/series.h"
#include "core/undo.h"
#include "core/upload.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <string.h>

enum { REFRESH_S = 2, DOUBTS_SHOWN = 100, SIBLINGS_MAX = 100, RAW_CHARS = 200 };

/* A load with all that its page tells. */
struct load_page {
    struct load_item item;
    struct load_item *siblings; /* of the same upload, itself included */
    size_t n_siblings;
    struct load_undo undo;
    bool is_busy; /* an undo is asked for or under way */
    const char *obstacle;
};

static bool
is(const char *state, const char *name)
{
    return state != NULL && strcmp(state, name) == 0;
}

static bool
load_id(struct page *p, int64_t *id, struct err *err)
{
    const char *text = page_param(p, "id");
    if (!number_parse_i64(text, strlen(text), id) || *id <= 0)
        return err_set(err, ERR_MISSING, "there is no load %.40s", text);
    return true;
}

static bool
read_load(struct page *p, struct load_page *l, struct err *err)
{
    int64_t id;
    *l = (struct load_page){0};
    if (!load_id(p, &id, err) || !load_get(p->a, p->db, id, &l->item, err) ||
        !load_undo_get(p->a, p->db, id, &l->undo, err))
        return false;
    l->is_busy = is(l->undo.state, "queued") || is(l->undo.state, "running");
    if (is(l->item.state, "stored") && !l->is_busy &&
        !undo_obstacle(p->a, p->db, id, &l->obstacle, err))
        return false;
    struct load_filter f = {.upload_id = l->item.upload_id,
                            .limit = SIBLINGS_MAX};
    return f.upload_id == 0 ||
           load_list(p->a, p->db, &f, &l->siblings, &l->n_siblings, err);
}

static const char *
headline(struct arena *a, const struct load_page *l)
{
    const struct load_item *i = &l->item;
    if (l->is_busy && l->undo.attempt > 0 && is(l->undo.state, "queued"))
        return arena_printf(a, "Interrupted, trying the undo again (%d of %d)",
                            l->undo.attempt + 1, l->undo.max_attempts);
    if (l->is_busy)
        return is(l->undo.state, "running")
                   ? "Being undone"
                   : "Waiting for a worker: the undo comes next";
    if (is(i->state, "undone"))
        return "Undone: the tables are as if it had never been";
    if (is(i->state, "refused"))
        return "Refused: nothing of it was stored";
    bool is_check = is(i->load.kind, "check");
    if (is(i->state, "fetched"))
        return is_check ? "Here, and not compared yet"
                        : "Here, and not stored yet";
    if (is_check)
        return arena_printf(a, "Compared with what is stored: %s, %s doubted",
                            fmt_plural(a, i->count.n_same, "bar", "bars"),
                            fmt_count(a, i->count.n_flagged));
    return arena_printf(a, "Stored: %s new, %s changed",
                        fmt_count(a, i->count.n_new),
                        fmt_count(a, i->count.n_changed));
}

static const char *
more_words(struct page *p, const struct load_page *l)
{
    const struct load_undo *u = &l->undo;
    if (l->is_busy && u->error != NULL)
        return arena_printf(p->a, "The last attempt ended early: %s.",
                            u->error);
    if (l->is_busy)
        return arena_printf(p->a, "%s asked for it.", u->who);
    if (is(l->item.state, "undone") && is(u->state, "done"))
        return arena_printf(p->a, "By %s, %s.", u->who,
                            fmt_relative(p->a, u->finished_at, p->real_ts));
    if (is(l->item.state, "stored") && is(u->state, "failed"))
        return arena_printf(p->a,
                            "An undo was tried and failed: %s. It is "
                            "stored as before.",
                            u->error != NULL ? u->error : "unknown");
    return l->item.error;
}

static void
set_verdict(struct page *p, const struct load_page *l)
{
    struct view *v = p->view;
    const char *state = l->is_busy ? "undoing" : l->item.state;
    const char *head = headline(p->a, l), *more = more_words(p, l);
    view_set_i64(v, "LOAD_ID", l->item.load.id);
    view_set(v, "TONE", show_tone(state));
    view_set(v, "SHAPE", show_shape(state));
    view_set(v, "HEADLINE", head);
    view_set(v, "LIVE_WORDS", head);
    if (more != NULL)
        view_set(view_add(v, "MORE"), "MORE_TEXT", more);
    if (l->is_busy)
        view_set_i64(view_add(p->layout, "REFRESH"), "REFRESH_S", REFRESH_S);
    else
        view_show(v, "SETTLED");
}

static const char *
target(struct arena *a, const struct load_item *i)
{
    return arena_printf(a, "%s %s", i->symbol,
                        interval_name(i->load.interval_s));
}

static void
set_undo(struct page *p, const struct load_page *l)
{
    const struct load_item *i = &l->item;
    if (p->user->role < ROLE_OPERATOR || !is(i->state, "stored") || l->is_busy)
        return;
    struct view *v = view_add(p->view, "UNDO");
    if (l->obstacle != NULL) {
        view_setf(view_add(v, "NO_UNDO"), "OBSTACLE", "%s%s", l->obstacle,
                  strchr(".!?", l->obstacle[strlen(l->obstacle) - 1]) ? ""
                                                                      : ".");
        return;
    }
    int64_t n_new = i->count.n_new, n_changed = i->count.n_changed;
    for (size_t k = 0; k < l->n_siblings; k++)
        if (l->siblings[k].load.id != i->load.id) {
            n_new += l->siblings[k].count.n_new;
            n_changed += l->siblings[k].count.n_changed;
        }
    struct view *can = view_add(v, "CAN_UNDO");
    view_setf(can, "UNDO_WORDS",
              "It would remove %s and bring back %s that it replaced. %s",
              fmt_plural(p->a, n_new, "row", "rows"),
              fmt_plural(p->a, n_changed, "row", "rows"),
              is(i->load.kind, "correction")
                  ? "The rows in quarantine that it is about are open again "
                    "then."
                  : "The file stays in the archive and can be stored again.");
    if (l->n_siblings > 1)
        view_setf(can, "UNDO_BUTTON", "Undo the %zu loads of %s", l->n_siblings,
                  i->upload_name);
    else
        view_setf(can, "UNDO_BUTTON", "Undo load %lld of %s",
                  (long long)i->load.id, target(p->a, i));
}

static void
set_source(struct page *p, const struct load_item *i)
{
    struct view *v = p->view;
    const struct load *load = &i->load;
    if (i->upload_id != 0) {
        struct view *u = view_add(v, "UPLOAD");
        view_set_i64(u, "UPLOAD_ID", i->upload_id);
        view_set(u, "UPLOAD_NAME", i->upload_name);
    }
    if (load->provider != NULL) {
        struct view *s = view_add(v, "PROVIDER");
        view_set(s, "PROVIDER_NAME", load->provider);
        view_set(s, "PROVIDER_SYMBOL", load->provider_symbol);
        view_set(s, "REQUEST", load->request);
    }
    if (is(load->kind, "derived"))
        view_set(view_add(v, "BUILT"), "BUILT_TEXT", load->request);
    if (is(load->kind, "correction"))
        view_set(view_add(v, "DECISION"), "DECISION_TEXT", load->request);
    if (load->reason != NULL && load->reason[0] != '\0')
        view_set(view_add(v, "REASON"), "REASON_TEXT", load->reason);
    if (load->run_id != 0)
        view_set_i64(view_add(v, "RUN"), "RUN_ID", load->run_id);
    if (load->from_ts != 0 && load->to_ts != 0)
        view_setf(view_add(v, "RANGE"), "RANGE_TEXT", "%s to %s",
                  date_format_day(p->a, load->from_ts),
                  date_format_day(p->a, load->to_ts));
    if (load->archive_hash != NULL) {
        struct view *h = view_add(v, "HASH");
        view_set(h, "HASH_TEXT", load->archive_hash);
        view_set(h, "BYTES", fmt_bytes(p->a, load->archive_bytes));
    }
}

static void
set_facts(struct page *p, const struct load_item *i)
{
    struct view *v = p->view;
    view_set(v, "SYMBOL", i->symbol);
    view_set(v, "INSTRUMENT_URL", show_instrument_url(p->a, i->symbol));
    view_set(v, "INTERVAL", interval_name(i->load.interval_s));
    view_set(v, "WHO", i->brought_by != NULL ? i->brought_by : "–");
    page_set_time(p, v, "CREATED", i->created_at, p->real_ts);
    if (i->stored_at != 0)
        page_set_time(p, v, "STORED", i->stored_at, p->real_ts);
    else
        view_show(v, "NOT_STORED");
    set_source(p, i);
    if (i->load.simulated)
        view_show_all(p->layout, "SIMULATED");
}

static void
set_counts(struct page *p, const struct load_item *i)
{
    const struct load_count *c = &i->count;
    view_setf(p->view, "COUNTS_TITLE", "What became of its %s",
              fmt_plural(p->a,
                         c->n_new + c->n_same + c->n_changed + c->n_refused,
                         "row", "rows"));
    show_counts(p->a, p->view, c, true);
}

static void
set_siblings(struct page *p, const struct load_page *l)
{
    if (l->n_siblings < 2)
        return;
    struct view *all = view_add(p->view, "SIBLINGS");
    for (size_t i = l->n_siblings; i-- > 0;) {
        const struct load_item *s = &l->siblings[i];
        struct view *v = view_add(all, "SIBLING");
        if (s->load.id == l->item.load.id)
            view_show(v, "SIBLING_THIS");
        else
            view_set_i64(view_add(v, "SIBLING_OTHER"), "SIBLING_ID",
                         s->load.id);
        view_set(v, "SIBLING_SYMBOL", target(p->a, s));
        view_set(v, "SIBLING_NEW", fmt_count(p->a, s->count.n_new));
        view_set(v, "SIBLING_SAME", fmt_count(p->a, s->count.n_same));
        view_set(v, "SIBLING_CHANGED", fmt_count(p->a, s->count.n_changed));
        view_set(v, "SIBLING_REFUSED", fmt_count(p->a, s->count.n_refused));
    }
}

static void
set_doubt(struct page *p, struct view *v, const struct load_item *i,
          const struct doubt *d)
{
    bool daily = i->load.interval_s % DAY_S == 0;
    view_set(v, "DOUBT_TIME",
             d->ts == SERIES_NO_TS ? "–"
             : daily               ? date_format_day(p->a, d->ts)
                                   : date_format_iso(p->a, d->ts));
    view_set(v, "DOUBT_CLASS", d->flag ? "flagged" : "refused");
    view_set(v, "DOUBT_SHAPE", d->flag ? "partial" : "failed");
    view_set(v, "DOUBT_WORD", d->flag ? "doubtful" : "refused");
    view_set(v, "DOUBT_FIELD", d->field);
    view_set(v, "DOUBT_VALUE", d->value);
    view_set(v, "DOUBT_EXPECTED", d->expected);
    view_set(v, "DOUBT_RAW", show_short(p->a, d->raw, RAW_CHARS));
}

static bool
set_doubts(struct page *p, const struct load_item *i, struct err *err)
{
    struct doubt *list;
    size_t n;
    int64_t all = i->count.n_refused + i->count.n_flagged;
    if (all == 0 && !is(i->state, "refused"))
        return true;
    if (!load_doubts(p->a, p->db, i->load.id, DOUBTS_SHOWN, &list, &n, err))
        return false;
    if (n == 0)
        return true;
    struct view *v = view_add(p->view, "DOUBTS");
    if (i->upload_id != 0)
        view_set_i64(view_add(v, "HAS_CSV"), "UPLOAD_ID", i->upload_id);
    for (size_t k = 0; k < n; k++)
        set_doubt(p, view_add(v, "DOUBT"), i, &list[k]);
    if (n == DOUBTS_SHOWN && (int64_t)n < all)
        view_setf(view_add(v, "DOUBTS_CUT"), "DOUBTS_CUT_TEXT",
                  "These are the first %zu of %s.", n, fmt_count(p->a, all));
    return true;
}

bool
page_loads_show(struct page *p, struct err *err)
{
    struct load_page l;
    if (!read_load(p, &l, err))
        return false;
    page_title(p,
               arena_printf(p->a, "Load %lld: %s", (long long)l.item.load.id,
                            target(p->a, &l.item)),
               is(show_tone(l.item.state), "bad") ? show_word(l.item.state)
                                                  : NULL);
    set_verdict(p, &l);
    set_undo(p, &l);
    set_facts(p, &l.item);
    set_counts(p, &l.item);
    set_siblings(p, &l);
    return set_doubts(p, &l.item, err);
}

bool
page_loads_undo(struct page *p, struct err *err)
{
    int64_t id;
    if (!load_id(p, &id, err) ||
        !upload_ask_undo(p->db, id, p->user->name, p->address, err))
        return false;
    wake_worker();
    return page_redirect(p, NULL, "/loads/%lld", (long long)id);
}
