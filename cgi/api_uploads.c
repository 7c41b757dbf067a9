/* Uploads and loads for programs: how they stand, and what may be asked. */
#include "cgi/upload_page.h"
#include "cgi/wake.h"
#include "core/interval.h"
#include "core/load_list.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/number.h"

#include <string.h>

enum { LIST_MAX = 200, REFUSALS_MAX = 1000 };

static bool
id_of(struct page *p, const char *what, int64_t *id, struct err *err)
{
    const char *text = page_param(p, "id");
    if (!number_parse_i64(text, strlen(text), id) || *id <= 0)
        return err_set(err, ERR_MISSING, "there is no %s %.40s", what, text);
    return true;
}

static void
put_counts(struct buf *b, const struct load_count *c)
{
    json_member_i64(b, "new", c->n_new);
    json_member_i64(b, "same", c->n_same);
    json_member_i64(b, "changed", c->n_changed);
    json_member_i64(b, "refused", c->n_refused);
    json_member_i64(b, "flagged", c->n_flagged);
}

static void
put_questions(struct buf *b, const struct upload_page *up)
{
    json_key(b, "questions");
    json_open(b, '[');
    for (size_t i = 0; up->is_recognised && i < up->rec.n_questions; i++) {
        const struct recognise_question *q = &up->rec.questions[i];
        json_open(b, '{');
        json_member_str(b, "field", q->field);
        json_member_str(b, "question", q->text);
        json_member_str(b, "hint", q->hint);
        json_key(b, "choices");
        json_open(b, '[');
        for (size_t k = 0; k < COUNT_OF(q->choices) && q->choices[k]; k++)
            json_put_str(b, q->choices[k]);
        json_close(b, ']');
        json_close(b, '}');
    }
    json_close(b, ']');
}

static void
put_job(struct buf *b, const struct upload *u)
{
    json_key(b, "job");
    if (u->job_id == 0) {
        json_put_null(b);
        return;
    }
    json_open(b, '{');
    json_member_str(b, "kind", u->job_kind);
    json_member_str(b, "state", u->job_state);
    json_member_i64(b, "attempt", u->job_attempt);
    json_member_i64(b, "max_attempts", u->job_max_attempts);
    json_member_i64(b, "bytes", u->bytes_done);
    json_member_i64(b, "of", u->plain_bytes);
    json_member_i64(b, "rows", u->rows_done);
    json_member_str(b, "error", u->job_error);
    json_close(b, '}');
}

static bool
put_refusals(struct page *p, const struct upload *u, struct err *err)
{
    struct buf *b = p->out;
    struct import_refusal *list;
    size_t n;
    if (!upload_refusals(p->a, p->db, u->id, REFUSALS_MAX, &list, &n, err))
        return false;
    json_key(b, "refusals");
    json_open(b, '[');
    for (size_t i = 0; i < n; i++) {
        const struct doubt *d = &list[i].doubt;
        json_open(b, '{');
        json_member_i64(b, "line", list[i].line);
        json_member_str(b, "instrument", list[i].symbol);
        json_member_str(b, "field", d->field);
        json_member_str(b, "value", d->value);
        json_member_str(b, "rule", d->rule);
        json_member_str(b, "expected", d->expected);
        json_key(b, "flag");
        json_put_bool(b, d->flag);
        json_close(b, '}');
    }
    json_close(b, ']');
    return true;
}

static void
put_upload(struct page *p, const struct upload_page *up)
{
    const struct upload *u = &up->upload;
    struct buf *b = p->out;
    json_member_i64(b, "upload", u->id);
    json_member_str(b, "state", u->state);
    json_member_str(b, "url",
                    arena_printf(p->a, "/uploads/%lld", (long long)u->id));
    json_member_str(b, "file", u->name);
    json_member_i64(b, "bytes", u->bytes);
    json_member_str(b, "archive_hash", u->archive_hash);
    json_member_str(b, "uploaded_by", u->uploaded_by);
    json_member_time(p->a, b, "created_at", u->created_at);
    json_member_str(b, "format",
                    u->format != NULL   ? u->format
                    : up->is_recognised ? up->rec.mapping.format
                                        : NULL);
    json_member_str(b, "error",
                    u->error != NULL                    ? u->error
                    : up->is_open && !up->is_recognised ? up->unrecognised.text
                                                        : NULL);
    put_questions(b, up);
    if (u->checked_at != 0) {
        json_member_i64(b, "rows", u->n_rows);
        put_counts(b, &u->count);
    }
    json_member_id(b, "load", u->load_id);
    json_member_id(b, "run", u->run_id);
    put_job(b, u);
}

bool
page_api_upload(struct page *p, struct err *err)
{
    struct upload_page up;
    if (!upload_page_read(p, NULL, 0, &up, err))
        return false;
    json_open(p->out, '{');
    put_upload(p, &up);
    if (!put_refusals(p, &up.upload, err))
        return false;
    json_close(p->out, '}');
    return true;
}

/* Accepted: where to look, and how it stands. */
static bool
answer_accepted(struct page *p, struct err *err)
{
    p->status = 202;
    return page_api_upload(p, err);
}

bool
page_api_upload_store(struct page *p, struct err *err)
{
    int64_t id;
    if (!id_of(p, "upload", &id, err) ||
        !upload_ask_store(p->db, id, p->user->name, p->address, err))
        return false;
    wake_worker();
    return answer_accepted(p, err);
}

bool
page_api_upload_discard(struct page *p, struct err *err)
{
    int64_t id;
    return id_of(p, "upload", &id, err) &&
           upload_discard(p->db, id, p->user->name, p->address, err) &&
           page_api_upload(p, err);
}

static void
put_load(struct page *p, const struct load_item *i)
{
    struct buf *b = p->out;
    const struct load *l = &i->load;
    json_open(b, '{');
    json_member_i64(b, "load", l->id);
    json_member_str(b, "state", i->state);
    json_member_str(b, "kind", l->kind);
    json_member_str(b, "instrument", i->symbol);
    json_member_str(b, "interval", interval_name(l->interval_s));
    json_member_str(b, "provider", l->provider);
    json_member_str(b, "request", l->request);
    json_member_id(b, "run", l->run_id);
    json_member_id(b, "upload", i->upload_id);
    json_member_str(b, "file", i->upload_name);
    json_member_str(b, "by", i->brought_by);
    json_member_time(p->a, b, "created_at", i->created_at);
    json_member_time(p->a, b, "stored_at", i->stored_at);
    put_counts(b, &i->count);
    json_member_str(b, "archive_hash", l->archive_hash);
    json_member_str(b, "error", i->error);
    json_key(b, "simulated");
    json_put_bool(b, l->simulated);
    json_close(b, '}');
}

static int64_t
number_query(const struct page *p, const char *name, int64_t otherwise)
{
    const char *text = page_query(p, name);
    int64_t v;
    return text != NULL && number_parse_i64(text, strlen(text), &v) && v > 0
               ? v
               : otherwise;
}

bool
page_api_loads(struct page *p, struct err *err)
{
    struct load_item *list;
    size_t n;
    int64_t limit = number_query(p, "limit", 50);
    struct load_filter f = {
        .upload_id = number_query(p, "upload", 0),
        .kind = page_query(p, "kind"),
        .instrument = page_query(p, "instrument"),
        .state = page_query(p, "state"),
        .before = number_query(p, "before", 0),
        .limit = (int)(limit > LIST_MAX ? LIST_MAX : limit),
    };
    if (!load_list(p->a, p->db, &f, &list, &n, err))
        return false;
    json_open(p->out, '{');
    json_key(p->out, "loads");
    json_open(p->out, '[');
    for (size_t i = 0; i < n; i++)
        put_load(p, &list[i]);
    json_close(p->out, ']');
    json_member_id(p->out, "next_before",
                   n == (size_t)f.limit ? list[n - 1].load.id : 0);
    json_close(p->out, '}');
    return true;
}

bool
page_api_load(struct page *p, struct err *err)
{
    int64_t id;
    struct load_item item;
    if (!id_of(p, "load", &id, err) || !load_get(p->a, p->db, id, &item, err))
        return false;
    put_load(p, &item);
    return true;
}

bool
page_api_load_undo(struct page *p, struct err *err)
{
    int64_t id;
    if (!id_of(p, "load", &id, err) ||
        !upload_ask_undo(p->db, id, p->user->name, p->address, err))
        return false;
    wake_worker();
    p->status = 202;
    return page_api_load(p, err);
}
