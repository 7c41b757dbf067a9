/* PUT /upload/{name}: one file's bare bytes, as curl -T sends them. */
#include "cgi/body.h"
#include "cgi/reply.h"
#include "cgi/take.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "lib/number.h"

#include <string.h>
#include <time.h>

enum { WAIT_MAX_S = 25, POLL_MS = 150 };

struct wish {
    const char **answers;
    size_t n_answers;
    bool store;
    int64_t wait_s;
};

static void
answer_add(struct page *p, struct wish *w, const char *field)
{
    const char *value = page_query(p, field);
    if (value != NULL && value[0] != '\0')
        w->answers[w->n_answers++] = arena_printf(p->a, "%s=%s", field, value);
}

/* What the address asks for. */
static bool
wish_read(struct page *p, struct wish *w, struct err *err)
{
    static const char *const fields[] = {"instrument", "interval", "format"};
    const char *store = page_query(p, "store"), *wait = page_query(p, "wait");
    size_t n;
    const char *const *maps = page_query_all(p, "map", &n);
    *w = (struct wish){0};
    w->answers = arena_array(p->a, n + COUNT_OF(fields), sizeof *w->answers);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        answer_add(p, w, fields[i]);
    for (size_t i = 0; i < n; i++) {
        if (strchr(maps[i], '=') == NULL)
            return err_set(err, ERR_INPUT,
                           "map is field=column, not \"%.100s\"", maps[i]);
        w->answers[w->n_answers++] = maps[i];
    }
    w->store = store != NULL && strcmp(store, "yes") == 0;
    if (store != NULL && !w->store && strcmp(store, "no") != 0)
        return err_set(err, ERR_INPUT, "store is yes or no, not \"%.40s\"",
                       store);
    if (wait != NULL && (!number_parse_i64(wait, strlen(wait), &w->wait_s) ||
                         w->wait_s < 0 || w->wait_s > WAIT_MAX_S))
        return err_set(err, ERR_INPUT,
                       "wait is a number of seconds up to %d, not \"%.40s\"",
                       (int)WAIT_MAX_S, wait);
    return true;
}

/* Nothing more happens to it by itself. */
static bool
is_settled(const struct upload *u)
{
    bool is_checked = strcmp(u->state, "checked") == 0 &&
                      (!u->auto_store || u->count.n_refused > 0);
    bool is_asking = strcmp(u->state, "received") == 0;
    return is_checked || is_asking || strcmp(u->state, "stored") == 0 ||
           strcmp(u->state, "failed") == 0 ||
           strcmp(u->state, "discarded") == 0;
}

/* Looks at it until it is settled, the time is over, or nobody waits. */
static bool
outcome_wait(struct page *p, int64_t id, int64_t wait_s, struct upload *u,
             struct err *err)
{
    const int64_t end = clock_ms() + wait_s * 1000;
    for (;;) {
        struct arena *a = arena_new();
        bool ok = upload_get(a, p->db, id, u, err);
        bool is_over = !ok || is_settled(u) || clock_ms() >= end ||
                       fcgi_client_is_gone(request_of(p)->fcgi);
        arena_free(a);
        if (is_over)
            return ok && upload_get(p->a, p->db, id, u, err);
        const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
        nanosleep(&pause, NULL);
    }
}

/* What the check or the store has counted. */
static void
put_counts(struct buf *b, const struct upload *u)
{
    json_member_i64(b, "rows", u->n_rows);
    json_member_i64(b, "new", u->count.n_new);
    json_member_i64(b, "same", u->count.n_same);
    json_member_i64(b, "changed", u->count.n_changed);
    json_member_i64(b, "refused", u->count.n_refused);
    json_member_i64(b, "flagged", u->count.n_flagged);
}

static void
put_questions(struct buf *b, const struct recognised *r)
{
    json_key(b, "questions");
    json_open(b, '[');
    for (size_t i = 0; i < r->n_questions; i++) {
        const struct recognise_question *q = &r->questions[i];
        json_open(b, '{');
        json_key(b, "field");
        json_put_str(b, q->field);
        json_key(b, "question");
        json_put_str(b, q->text);
        json_key(b, "hint");
        json_put_str(b, q->hint);
        json_key(b, "choices");
        json_open(b, '[');
        for (size_t k = 0; k < COUNT_OF(q->choices) && q->choices[k]; k++)
            json_put_str(b, q->choices[k]);
        json_close(b, ']');
        json_close(b, '}');
    }
    json_close(b, ']');
}

/* The members that an answer about an upload has, good or bad. */
static void
put_upload(struct buf *b, const char *url, const struct upload *u)
{
    json_key(b, "upload");
    json_put_i64(b, u->id);
    json_key(b, "state");
    json_put_str(b, u->state);
    json_key(b, "url");
    json_put_str(b, url);
}

static void
answer_good(struct page *p, const char *url, const struct upload *u,
            const struct recognised *r)
{
    struct buf *b = p->out;
    p->status = is_settled(u) ? 201 : 202;
    json_open(b, '{');
    put_upload(b, url, u);
    json_key(b, "format");
    json_put_str(b, r->mapping.format);
    put_questions(b, r);
    if (u->checked_at != 0 || u->stored_at != 0)
        put_counts(b, u);
    if (u->load_id != 0)
        json_member_i64(b, "load", u->load_id);
    json_close(b, '}');
}

/* The check or the store came to nothing while the client waited. */
static void
answer_failed(struct page *p, const char *url, const struct upload *u)
{
    struct buf *b = p->out;
    p->status = 422;
    page_type(p, "application/problem+json");
    json_open(b, '{');
    json_key(b, "type");
    json_put_str(b, "about:blank");
    json_key(b, "title");
    json_put_str(b, "Unprocessable Content");
    json_key(b, "status");
    json_put_i64(b, 422);
    json_key(b, "detail");
    json_put_str(b, request_sentence(p->a, u->error != NULL ? u->error : ""));
    put_upload(b, url, u);
    json_close(b, '}');
}

bool
page_upload_put(struct page *p, struct err *err)
{
    struct request *r = request_of(p);
    struct wish wish;
    struct upload u;
    if (!wish_read(p, &wish, err))
        return false;
    struct take t = {
        .name = page_param(p, "name"),
        .in = r->body,
        .source = "api",
        .answers = wish.answers,
        .n_answers = wish.n_answers,
        .auto_store = wish.store,
    };
    if (!take_file(r, &t, err) || !outcome_wait(p, t.id, wish.wait_s, &u, err))
        return false;
    const char *url = arena_printf(p->a, "/uploads/%lld", (long long)t.id);
    page_header(p, "Location", url);
    if (strcmp(u.state, "failed") == 0)
        answer_failed(p, url, &u);
    else
        answer_good(p, url, &u, &t.recognised);
    return true;
}
