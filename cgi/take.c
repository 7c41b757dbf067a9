#include "cgi/take.h"

#include "cgi/wake.h"
#include "core/intake.h"
#include "lib/config.h"
#include "lib/log.h"

#include <string.h>

/* The archive's troubles are not the database's. */
static bool
archive_failed(struct request *r, const struct err *err)
{
    if (err->kind == ERR_RETRY)
        r->retry_text = arena_printf(
            r->page.a, "The file cannot be kept: %s. Nothing was stored.",
            err->text);
    return false;
}

/* With the questions answered the worker checks it at once. A form that has
 * been understood waits for its page else. */
static bool
check_queue(struct request *r, struct take *t, struct err *err)
{
    struct page *p = &r->page;
    if (t->recognised.n_questions > 0)
        return t->n_answers == 0 ||
               upload_answer(p->db, t->id, t->answers, t->n_answers, err);
    if (!upload_ask_check(p->db, t->id, &t->recognised.mapping, t->auto_store,
                          p->user->name, p->address, err))
        return false;
    wake_worker();
    return true;
}

/* What is left of a path, for people. */
static const char *
name_of(const char *path)
{
    const char *name = path != NULL ? path : "";
    for (const char *s = name; *s != '\0'; s++)
        if (*s == '/' || *s == '\\')
            name = s + 1;
    return name[0] != '\0' ? name : "upload";
}

bool
take_file(struct request *r, struct take *t, struct err *err)
{
    struct page *p = &r->page;
    struct archive_writer *draft;
    struct archive_object object;
    struct upload u = {
        .name = name_of(t->name),
        .source = t->source,
        .uploaded_by = p->user->name,
    };
    if (!intake_read(p->a, config()->archive_dir, t->in,
                     config()->upload_max_bytes, &u, &draft, err))
        return archive_failed(r, err);
    if (!upload_recognise(p->a, p->db, &u, t->answers, t->n_answers,
                          &t->recognised, err))
        return false;
    if (!archive_writer_finish(draft, true, &object, err))
        return archive_failed(r, err);
    u.archive_hash = object.hash;
    if (!upload_create(p->db, &u, p->address, &t->id, err) ||
        !check_queue(r, t, err))
        return false;
    log_event(LOG_INFO, "upload.received",
              "upload=%lld bytes=%lld plain_bytes=%lld questions=%zu user=%s",
              (long long)t->id, (long long)u.bytes, (long long)u.plain_bytes,
              t->recognised.n_questions, p->user->name);
    return true;
}
