/* One upload: what the file is, what storing it would do, and how far that is;
 * live while a worker has it (static/live.js fetches this page again). */
#include "cgi/show.h"
#include "cgi/upload_page.h"
#include "cgi/wake.h"
#include "core/interval.h"
#include "lib/format.h"
#include "lib/number.h"

#include <string.h>

enum { REFRESH_S = 2, REFUSALS_SHOWN = 100, NAMES = 3, NAME_CHARS = 40 };

static bool
is(const char *state, const char *name)
{
    return strcmp(state, name) == 0;
}

static bool
upload_id(struct page *p, int64_t *id, struct err *err)
{
    const char *text = page_param(p, "id");
    if (!number_parse_i64(text, strlen(text), id) || *id <= 0)
        return err_set(err, ERR_MISSING, "there is no upload %.40s", text);
    return true;
}

bool
upload_page_read(struct page *p, const char *const *answers, size_t n_answers,
                 struct upload_page *out, struct err *err)
{
    int64_t id;
    struct upload *u = &out->upload;
    *out = (struct upload_page){0};
    if (!upload_id(p, &id, err) || !upload_get(p->a, p->db, id, u, err))
        return false;
    out->is_open = is(u->state, "received") || is(u->state, "checked") ||
                   is(u->state, "failed") || is(u->state, "undone");
    if (out->is_open) {
        out->is_recognised = upload_recognise(
            p->a, p->db, u, answers, n_answers, &out->rec, &out->unrecognised);
        if (!out->is_recognised && out->unrecognised.kind != ERR_INPUT) {
            *err = out->unrecognised;
            return false;
        }
        out->mapping = out->rec.mapping;
        out->has_mapping = out->is_recognised;
        return true;
    }
    out->has_mapping = u->mapping != NULL;
    return !out->has_mapping ||
           mapping_from_json(p->a, u->mapping, strlen(u->mapping),
                             &out->mapping, err);
}

const char *
upload_page_into(struct page *p, const struct upload_page *u)
{
    const struct mapping *m = &u->mapping;
    if (!u->has_mapping)
        return NULL;
    const char **names = arena_array(p->a, m->n_series, sizeof *names);
    size_t n = 0;
    for (size_t i = 0; i < m->n_series; i++)
        if (m->series[i].symbol != NULL)
            names[n++] = m->series[i].symbol;
    if (n == 0 || m->interval_s == 0)
        return NULL;
    return arena_printf(p->a, "%s %s", show_names(p->a, names, n, NAMES),
                        interval_name(m->interval_s));
}

/* --- the verdict */

static const char *
work_words(struct arena *a, const struct upload *u)
{
    const char *what = is(u->job_kind, "check")   ? "Checking"
                       : is(u->job_kind, "store") ? "Storing"
                                                  : "Undoing";
    if (is(u->job_state, "queued") && u->job_attempt > 0)
        return arena_printf(a, "Interrupted, trying again (%d of %d)",
                            u->job_attempt + 1, u->job_max_attempts);
    if (is(u->job_state, "queued"))
        return arena_printf(a, "Waiting for a worker: %s comes next",
                            is(u->job_kind, "check")   ? "the check"
                            : is(u->job_kind, "store") ? "storing"
                                                       : "the undo");
    if (u->job_is_silent)
        return arena_printf(a,
                            "Interrupted: the worker has gone silent "
                            "(attempt %d of %d)",
                            u->job_attempt, u->job_max_attempts);
    if (u->job_attempt > 1)
        return arena_printf(a, "%s, attempt %d of %d", what, u->job_attempt,
                            u->job_max_attempts);
    return what;
}

static const char *
checked_words(struct arena *a, const struct upload *u)
{
    const struct load_count *c = &u->count;
    const char *all = fmt_plural(a, u->n_rows, "row", "rows");
    if (c->n_refused == u->n_rows)
        return arena_printf(a, "Checked: every one of %s is refused", all);
    if (c->n_new + c->n_changed == 0)
        return arena_printf(a,
                            "Checked: all that is good of %s is stored "
                            "already",
                            all);
    if (c->n_refused > 0)
        return arena_printf(a, "Checked: %s of %s can be stored, %s refused",
                            fmt_count(a, u->n_rows - c->n_refused), all,
                            fmt_count(a, c->n_refused));
    return arena_printf(a, "Checked: %s, all good", all);
}

static const char *
headline(struct page *p, const struct upload_page *up)
{
    const struct upload *u = &up->upload;
    struct arena *a = p->a;
    if (is(u->state, "checking") || is(u->state, "storing") ||
        is(u->state, "undoing"))
        return work_words(a, u);
    if (is(u->state, "checked"))
        return checked_words(a, u);
    if (is(u->state, "stored"))
        return arena_printf(a, "Stored: %s new, %s changed",
                            fmt_count(a, u->count.n_new),
                            fmt_count(a, u->count.n_changed));
    if (is(u->state, "undone"))
        return "Undone: the tables are as they were before";
    if (is(u->state, "discarded"))
        return "Discarded: nothing was stored";
    if (is(u->state, "failed"))
        return "It failed, and nothing was stored";
    if (!up->is_recognised)
        return "This cannot be read as a table of prices";
    if (up->rec.n_questions == 1)
        return "One question is open";
    if (up->rec.n_questions > 1)
        return arena_printf(a, "%zu questions are open", up->rec.n_questions);
    return "Understood; not checked yet";
}

static const char *
more_words(struct page *p, const struct upload_page *up)
{
    const struct upload *u = &up->upload;
    struct arena *a = p->a;
    bool busy =
        !up->is_open && !is(u->state, "stored") && !is(u->state, "discarded");
    if (busy && u->job_error != NULL)
        return arena_printf(a,
                            "The last attempt ended early: %s. Nothing of "
                            "it was kept.",
                            u->job_error);
    if (busy && u->job_is_silent)
        return "Nothing of it is kept. Another worker takes it over as soon "
               "as there is one.";
    if (u->error != NULL)
        return arena_printf(
            a, "%s%s", u->error,
            strchr(".!?", u->error[strlen(u->error) - 1]) ? "" : ".");
    if (is(u->state, "received") && !up->is_recognised)
        return up->unrecognised.text;
    if (is(u->state, "received") && up->rec.n_questions > 0)
        return "The file does not say by itself; answer below, then it is "
               "checked.";
    if (is(u->state, "received"))
        return arena_printf(a,
                            "%s. Look at the rows below, then have the file "
                            "checked.",
                            up->rec.title);
    if (is(u->state, "checked") && u->count.n_new + u->count.n_changed > 0)
        return "Nothing is stored yet. Storing is one transaction and can be "
               "undone.";
    if (is(u->state, "stored") && u->auto_store)
        return "It was stored as soon as the check had refused nothing.";
    return NULL;
}

static const char *
shown_state(const struct upload_page *up)
{
    const struct upload *u = &up->upload;
    if (is(u->state, "received") && !up->is_recognised)
        return "failed";
    if (is(u->state, "received") && up->rec.n_questions > 0)
        return "partial";
    if (is(u->state, "checked") && u->count.n_refused > 0)
        return u->count.n_refused == u->n_rows ? "failed" : "partial";
    return u->state;
}

static void
set_progress(struct page *p, const struct upload *u)
{
    if (!is(u->job_state, "running") || is(u->job_kind, "undo"))
        return;
    struct view *v = view_add(p->view, "PROGRESS");
    view_set_i64(v, "PROGRESS_OF", u->plain_bytes > 0 ? u->plain_bytes : 1);
    view_set_i64(v, "PROGRESS_AT", u->bytes_done);
    view_setf(v, "PROGRESS_WORDS", "%s of %s, %s",
              fmt_bytes(p->a, u->bytes_done), fmt_bytes(p->a, u->plain_bytes),
              fmt_plural(p->a, u->rows_done, "row", "rows"));
}

static void
set_verdict(struct page *p, const struct upload_page *up)
{
    const struct upload *u = &up->upload;
    struct view *v = p->view;
    const char *head = headline(p, up), *more = more_words(p, up);
    const char *state = shown_state(up);
    view_set(v, "TONE", show_tone(state));
    view_set(v, "SHAPE", show_shape(state));
    view_set(v, "HEADLINE", head);
    view_set(v, "LIVE_WORDS", head);
    if (more != NULL)
        view_set(view_add(v, "MORE"), "MORE_TEXT", more);
    if (up->is_open || is(u->state, "stored") || is(u->state, "discarded"))
        view_show(v, "SETTLED");
    else
        view_set_i64(view_add(p->layout, "REFRESH"), "REFRESH_S", REFRESH_S);
    set_progress(p, u);
    const char *tone = show_tone(state);
    bool trouble = is(tone, "bad") || is(tone, "warn");
    page_title(p,
               arena_printf(p->a, "Upload %lld: %s", (long long)u->id,
                            show_short(p->a, u->name, NAME_CHARS)),
               trouble ? head : NULL);
}

/* --- the steps, as far as they are */

static void
add_stage(struct page *p, const char *name, const char *words,
          const char *state, bool current)
{
    struct view *v = view_add(p->view, "STAGE");
    view_set(v, "STAGE_NAME", name);
    view_set(v, "STAGE_WORDS", words);
    view_set(v, "STAGE_TONE", show_tone(state));
    view_set(v, "STAGE_SHAPE", show_shape(state));
    if (current)
        view_show(v, "STAGE_CURRENT");
}

static void
set_stages(struct page *p, const struct upload_page *up)
{
    const struct upload *u = &up->upload;
    bool fresh = is(u->state, "received");
    bool understood = !fresh || (up->is_recognised && up->rec.n_questions == 0);
    bool checked = u->checked_at != 0 && !is(u->state, "checking");
    bool storing = is(u->state, "storing"), stored = is(u->state, "stored");
    const char *into = upload_page_into(p, up);
    add_stage(p, "Received", fmt_bytes(p->a, u->bytes), "succeeded", false);
    add_stage(p, "Understood",
              understood && into != NULL ? into
              : up->is_recognised        ? "with an answer of yours"
                                         : "not yet",
              understood                   ? "succeeded"
              : fresh && up->is_recognised ? "partial"
                                           : "failed",
              fresh && !understood);
    add_stage(p, "Checked",
              checked ? fmt_plural(p->a, u->n_rows, "row", "rows")
              : is(u->state, "checking") ? "under way"
                                         : "not yet",
              is(u->state, "checking") ? "running"
              : checked                ? "succeeded"
                                       : "none",
              is(u->state, "checking") || (fresh && understood));
    add_stage(p, "Stored",
              stored                      ? "in one transaction"
              : storing                   ? "under way"
              : is(u->state, "undone")    ? "undone"
              : is(u->state, "undoing")   ? "being undone"
              : is(u->state, "discarded") ? "never"
                                          : "not yet",
              storing || is(u->state, "undoing") ? "running"
              : stored                           ? "succeeded"
              : is(u->state, "undone")           ? "cancelled"
                                                 : "none",
              storing || stored || is(u->state, "checked"));
}

static void
set_actions(struct page *p, const struct upload_page *up)
{
    const struct upload *u = &up->upload;
    int64_t n = u->count.n_new + u->count.n_changed;
    if (p->user->role < ROLE_OPERATOR)
        return;
    struct view *v = view_add(p->view, "ACTIONS");
    const char *into = upload_page_into(p, up);
    if (is(u->state, "checked") && n > 0 && into != NULL)
        view_setf(view_add(v, "CAN_STORE"), "STORE_WORDS", "Store %s into %s",
                  fmt_plural(p->a, n, "row", "rows"), into);
    if (is(u->state, "failed") && u->mapping != NULL && up->is_recognised &&
        up->rec.n_questions == 0)
        view_show(v, "CAN_AGAIN");
    if (u->load_id != 0) {
        struct view *l = view_add(v, "HAS_LOAD");
        view_set_i64(l, "LOAD_ID", u->load_id);
        view_setf(l, "LOAD_WORDS",
                  is(u->state, "stored") ? "Look at load %lld, or undo it"
                                         : "Look at load %lld",
                  (long long)u->load_id);
    }
    if (is(u->state, "checking") || is(u->state, "storing"))
        view_show(v, "CAN_STOP");
    if (is(u->state, "received") || is(u->state, "checked") ||
        is(u->state, "failed"))
        view_set(view_add(v, "CAN_DISCARD"), "FILE_SHORT",
                 show_short(p->a, u->name, NAME_CHARS));
}

/* --- what was found */

static void
set_counts(struct page *p, const struct upload *u)
{
    bool stored = is(u->state, "stored") || is(u->state, "undoing");
    if (u->checked_at == 0 || is(u->state, "checking") || u->n_rows == 0)
        return;
    struct view *v = view_add(p->view, "COUNTS");
    view_setf(v, "COUNTS_TITLE", "%s %s",
              stored ? "What became of" : "What storing would do with",
              fmt_plural(p->a, u->n_rows, "row", "rows"));
    show_counts(p->a, v, &u->count, stored);
}

static void
set_refusal(struct page *p, struct view *v, const struct import_refusal *r)
{
    const struct doubt *d = &r->doubt;
    view_set(v, "REFUSAL_LINE", fmt_count(p->a, r->line));
    view_set(v, "REFUSAL_CLASS", d->flag ? "flagged" : "refused");
    view_set(v, "REFUSAL_SHAPE", d->flag ? "partial" : "failed");
    view_set(v, "REFUSAL_WORD", d->flag ? "doubtful" : "refused");
    view_set(v, "REFUSAL_SYMBOL", r->symbol);
    view_set(v, "REFUSAL_FIELD", d->field);
    view_set(v, "REFUSAL_VALUE", d->value);
    view_setf(v, "REFUSAL_EXPECTED", "%s", d->expected);
    view_set(v, "REFUSAL_RAW", d->raw);
}

static bool
set_refusals(struct page *p, const struct upload *u, struct err *err)
{
    struct import_refusal *list;
    size_t n;
    int64_t all = u->count.n_refused + u->count.n_flagged;
    if (all == 0 || is(u->state, "checking"))
        return true;
    if (!upload_refusals(p->a, p->db, u->id, REFUSALS_SHOWN, &list, &n, err))
        return false;
    if (n == 0)
        return true;
    struct view *v = view_add(p->view, "REFUSALS");
    view_set(v, "REFUSALS_TITLE",
             u->count.n_refused > 0 ? "Refused rows" : "Doubtful rows");
    view_set(v, "REFUSALS_WORDS",
             u->count.n_refused > 0
                 ? "Mend these lines and upload them again; the good rows can "
                   "be stored without them."
                 : "These rows are good enough to be stored; each breaks a "
                   "rule that only doubts.");
    view_show(v, "HAS_CSV");
    for (size_t i = 0; i < n; i++)
        set_refusal(p, view_add(v, "REFUSAL"), &list[i]);
    if ((int64_t)n < all && n == REFUSALS_SHOWN)
        view_setf(view_add(v, "REFUSALS_CUT"), "REFUSALS_CUT_TEXT",
                  "These are the first %zu of %s; the CSV has all of them.", n,
                  fmt_count(p->a, all));
    return true;
}

static void
set_facts(struct page *p, const struct upload_page *up)
{
    const struct upload *u = &up->upload;
    struct view *v = p->view;
    view_set_i64(v, "UPLOAD_ID", u->id);
    view_set(v, "FILE_NAME", u->name);
    view_set(v, "FILE_BYTES",
             u->packing == STREAM_PLAIN
                 ? fmt_bytes(p->a, u->bytes)
                 : arena_printf(p->a, "%s, %s unpacked",
                                fmt_bytes(p->a, u->bytes),
                                fmt_bytes(p->a, u->plain_bytes)));
    page_set_time(p, v, "CREATED", u->created_at, p->real_ts);
    view_set(v, "WHO", u->uploaded_by);
    view_set(v, "SOURCE",
             is(u->source, "page")  ? "the upload page"
             : is(u->source, "api") ? "the API"
                                    : "the command line");
    view_set(v, "HASH", u->archive_hash);
    if (u->run_id != 0)
        view_set_i64(view_add(v, "RUN"), "RUN_ID", u->run_id);
    if (!up->is_recognised)
        return;
    struct view *f = view_add(v, "FORMAT");
    view_set(f, "FORMAT_TITLE", up->rec.title);
    view_set(f, "FORMAT_WHY", up->rec.why);
    if (up->rec.n_notes == 0)
        return;
    struct view *notes = view_add(v, "NOTES");
    for (size_t i = 0; i < up->rec.n_notes; i++)
        view_set(view_add(notes, "NOTE"), "NOTE_TEXT", up->rec.notes[i]);
}

static bool
set_same(struct page *p, const struct upload *u, struct err *err)
{
    int64_t id, load_id;
    if (is(u->state, "stored") || is(u->state, "undoing"))
        return true;
    if (!upload_same(p->a, p->db, u->archive_hash, u->id, &id, &load_id, err))
        return false;
    if (id == 0)
        return true;
    struct view *v = view_add(p->view, "SAME");
    view_set_i64(v, "SAME_ID", id);
    view_set_i64(v, "SAME_LOAD_ID", load_id);
    return true;
}

bool
upload_page_show(struct page *p, const struct upload_page *up, struct err *err)
{
    set_verdict(p, up);
    set_stages(p, up);
    set_actions(p, up);
    set_counts(p, &up->upload);
    set_facts(p, up);
    return set_refusals(p, &up->upload, err) && set_same(p, &up->upload, err) &&
           upload_page_form(p, up, err);
}

bool
page_uploads_show(struct page *p, struct err *err)
{
    struct upload_page u;
    return upload_page_read(p, NULL, 0, &u, err) &&
           upload_page_show(p, &u, err);
}

bool
page_uploads_store(struct page *p, struct err *err)
{
    int64_t id;
    if (!upload_id(p, &id, err) ||
        !upload_ask_store(p->db, id, p->user->name, p->address, err))
        return false;
    wake_worker();
    return page_redirect(p, NULL, "/uploads/%lld", (long long)id);
}

/* The check once more, with the mapping as it is. */
bool
page_uploads_again(struct page *p, struct err *err)
{
    struct upload_page u;
    if (!upload_page_read(p, NULL, 0, &u, err))
        return false;
    if (!u.is_recognised)
        return err_set(err, ERR_CONFLICT, "upload %lld cannot be checked now",
                       (long long)u.upload.id);
    if (!upload_ask_check(p->db, u.upload.id, &u.mapping, u.upload.auto_store,
                          p->user->name, p->address, err))
        return false;
    wake_worker();
    return page_redirect(p, NULL, "/uploads/%lld", (long long)u.upload.id);
}

bool
page_uploads_stop(struct page *p, struct err *err)
{
    int64_t id;
    if (!upload_id(p, &id, err) ||
        !upload_stop(p->db, id, p->user->name, p->address, err))
        return false;
    return page_redirect(p, "Stopped; nothing was stored.", "/uploads/%lld",
                         (long long)id);
}

bool
page_uploads_discard(struct page *p, struct err *err)
{
    int64_t id;
    if (!upload_id(p, &id, err) ||
        !upload_discard(p->db, id, p->user->name, p->address, err))
        return false;
    return page_redirect(
        p, arena_printf(p->a, "Upload %lld is discarded.", (long long)id),
        "/upload");
}
