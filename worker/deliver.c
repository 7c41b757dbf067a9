#include "worker/deliver.h"

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "worker/deliver_own.h"
#include "worker/message.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    SENDING_MAX = 64,     /* under way at once, each to another channel */
    CLOSE_WAIT_MS = 2000, /* for what is under way at the end */
    POLL_MS = 500,
    SECRET_MIN = 4, /* shorter words stand in any answer */
};

struct deliver {
    struct deliver_options options;
    struct http *http;
    struct sending *first; /* under way, or ended and to be noted */
    int n;
};

struct deliver_options
deliver_options_of(const struct config *config, const char *worker)
{
    return (struct deliver_options){
        .worker = worker,
        .key_file = config->key_file,
        .ca_file = config->ca_file[0] != '\0' ? config->ca_file : NULL,
        .templates_dir = config->templates_dir,
        .timeout_ms = config->delivery_timeout_ms,
    };
}

const struct deliver_options *
deliver_settings(const struct deliver *d)
{
    return &d->options;
}

bool
deliver_open(struct deliver **out, const struct deliver_options *options,
             struct err *err)
{
    struct http *http;
    if (!message_open(options->templates_dir, err) ||
        !http_open(&http, SENDING_MAX, SENDING_MAX, err))
        return false;
    struct deliver *d = xcalloc(1, sizeof *d);
    d->options = *options;
    d->http = http;
    *out = d;
    return true;
}

/* --- how it ended --------------------------------------------------------- */

static const char *
without(struct arena *a, const char *text, const char *secret)
{
    struct buf *b = buf_new(a);
    if (strlen(secret) < SECRET_MIN)
        return text;
    for (const char *at; (at = strstr(text, secret)) != NULL;
         text = at + strlen(secret)) {
        buf_add(b, text, (size_t)(at - text));
        buf_adds(b, "[secret]");
    }
    buf_adds(b, text);
    return b->data;
}

/* A server may say in its answer what it was asked. Of a secret URL its path is
 * what is secret. */
static const char *
without_secrets(const struct sending *s, const char *text)
{
    for (size_t i = 0; text != NULL && i < s->kind->n_fields; i++) {
        const char *value = s->values[i];
        if (value == NULL || !s->kind->fields[i].is_secret)
            continue;
        text = without(s->a, text, value);
        const char *host = strstr(value, "://");
        const char *path = host != NULL ? strchr(host + 3, '/') : NULL;
        if (path != NULL)
            text = without(s->a, text, path);
    }
    return text;
}

void
deliver_ended(struct sending *s, enum delivery_outcome outcome,
              const char *answer, const char *error, int64_t wait_s)
{
    s->end = (struct delivery_end){.outcome = outcome,
                                   .answer = without_secrets(s, answer),
                                   .error = without_secrets(s, error),
                                   .wait_s = wait_s};
    s->state = SENDING_ENDED;
}

/* --- starting ------------------------------------------------------------- */

static struct sending *
sending_new(struct deliver *d, const struct delivery_work *w)
{
    struct arena *a = arena_new();
    struct sending *s = arena_alloc(a, sizeof *s);
    *s = (struct sending){.next = d->first, .deliver = d, .a = a, .work = *w};
    const char **texts[] = {&s->work.key,      &s->work.kind,
                            &s->work.severity, &s->work.channel_kind,
                            &s->work.settings, &s->work.secret,
                            &s->work.title,    &s->work.body};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = arena_strdup(a, *texts[i]);
    d->first = s;
    d->n++;
    return s;
}

/* The channel's values; a failure is the delivery's end. */
static bool
open_values(struct sending *s)
{
    unsigned char key[SECRET_KEY_BYTES];
    struct err err;
    if (s->work.secret != NULL &&
        !secret_key_read(s->deliver->options.key_file, key, &err)) {
        deliver_ended(s, DELIVERY_AGAIN, NULL,
                      arena_printf(s->a,
                                   "the channel's secret cannot be "
                                   "opened: %s",
                                   err.text),
                      -1);
        return false;
    }
    bool ok = channel_open(s->a, s->kind, s->work.secret != NULL ? key : NULL,
                           s->work.settings, s->work.secret, s->values, &err);
    explicit_bzero(key, sizeof key);
    if (!ok)
        deliver_ended(s, DELIVERY_REFUSED, NULL, arena_strdup(s->a, err.text),
                      -1);
    return ok;
}

/* The text of the first try is kept before anything is sent. */
static bool
make_text(struct sending *s, const struct deliver_kind *kind, struct db *db,
          struct err *err)
{
    struct delivery_text text;
    if (s->work.body != NULL)
        return true;
    return delivery_read(s->a, db, s->work.id, &text, err) &&
           message_title(s->a, &s->work, &text, &s->work.title, err) &&
           kind->make(s, &text, &s->work.body, err) &&
           delivery_keep(db, &s->work, err);
}

/* fails only where nothing can be noted either */
static bool
start(struct sending *s, struct db *db, struct err *err)
{
    const struct deliver_kind *kind = deliver_kind_find(s->work.channel_kind);
    s->kind = channel_kind_find(s->work.channel_kind);
    assert(kind != NULL && s->kind != NULL); /* the table's constraint */
    if (!open_values(s))
        return true;
    if (!make_text(s, kind, db, err)) {
        if (err->kind == ERR_RETRY)
            return false;
        deliver_ended(s, DELIVERY_AGAIN, NULL, arena_strdup(s->a, err->text),
                      -1);
    } else if (!kind->start(s, s->deliver->http, err))
        deliver_ended(s, DELIVERY_REFUSED, NULL, arena_strdup(s->a, err->text),
                      -1);
    return true;
}

static bool
start_due(struct deliver *d, struct db *db, double *next_s, struct err *err)
{
    struct arena *a = arena_new();
    struct delivery_work *work;
    size_t n = 0;
    double lease_s = 3 * (double)d->options.timeout_ms / 1e3;
    bool ok = delivery_claim(a, db, d->options.worker, lease_s,
                             SENDING_MAX - d->n, &work, &n, next_s, err);
    for (size_t i = 0; i < n; i++) {
        struct sending *s = sending_new(d, &work[i]);
        if (ok && !start(s, db, err))
            ok = false;
        if (!ok && s->state == SENDING_UNDER_WAY)
            s->state = SENDING_UNSENT;
    }
    arena_free(a);
    return ok;
}

/* --- ending --------------------------------------------------------------- */

static void
count_end(const struct sending *s, struct deliver_report *out)
{
    enum delivery_outcome outcome = delivery_settled(&s->work, s->end.outcome);
    static const char *const names[] = {[DELIVERY_SENT] = "sent",
                                        [DELIVERY_AGAIN] = "again",
                                        [DELIVERY_REFUSED] = "dead"};
    int64_t *counts[] = {[DELIVERY_SENT] = &out->sent,
                         [DELIVERY_AGAIN] = &out->again,
                         [DELIVERY_REFUSED] = &out->dead};
    ++*counts[outcome];
    log_event(s->end.outcome == DELIVERY_SENT ? LOG_INFO : LOG_WARN,
              "delivery.ended",
              "id=%lld channel=%lld kind=%s outcome=%s "
              "attempt=%lld error=\"%s\"",
              (long long)s->work.id, (long long)s->work.channel_id,
              s->work.channel_kind, names[outcome], (long long)s->work.attempts,
              s->end.error != NULL ? s->end.error : "");
}

static bool
note(struct deliver *d, struct db *db, const struct sending *s,
     struct deliver_report *out, struct err *err)
{
    const char *worker = d->options.worker;
    if (s->state == SENDING_UNSENT)
        return delivery_release(db, worker, &s->work, err);
    if (!delivery_end(db, worker, &s->work, &s->end, err))
        return false;
    count_end(s, out);
    return true;
}

/* Notes what can be noted; the rest stays to be noted by the next call. */
static bool
note_all(struct deliver *d, struct db *db, struct deliver_report *out,
         struct err *err)
{
    for (struct sending **at = &d->first; *at != NULL;) {
        struct sending *s = *at;
        if (s->state == SENDING_UNDER_WAY) {
            at = &s->next;
            continue;
        }
        if (!note(d, db, s, out, err))
            return false;
        *at = s->next;
        d->n--;
        arena_free(s->a);
        out->next_s = 0; /* the channel may be owed more */
    }
    out->pending = d->n;
    return true;
}

bool
deliver_due(struct deliver *d, struct db *db, int wait_ms,
            struct deliver_report *out, struct err *err)
{
    *out = (struct deliver_report){.pending = d->n, .next_s = -1};
    return note_all(d, db, out, err) && start_due(d, db, &out->next_s, err) &&
           note_all(d, db, out, err) &&
           (out->pending == 0 || http_poll(d->http, wait_ms, err)) &&
           note_all(d, db, out, err);
}

bool
deliver_all(struct deliver *d, struct db *db, bool (*stop)(void *arg),
            void *arg, struct deliver_report *out, struct err *err)
{
    struct deliver_report sum = {0}, one;
    bool ok = true;
    do {
        ok = deliver_due(d, db, POLL_MS, &one, err);
        sum.sent += one.sent;
        sum.again += one.again;
        sum.dead += one.dead;
    } while (ok && !stop(arg) && (one.pending > 0 || one.next_s == 0));
    sum.pending = one.pending;
    sum.next_s = one.next_s;
    *out = sum;
    return ok;
}

void
deliver_close(struct deliver *d, struct db *db)
{
    struct deliver_report ignored;
    struct err err;
    if (d == NULL)
        return;
    int64_t until = clock_ms() + CLOSE_WAIT_MS, left;
    while (http_pending(d->http) > 0 && (left = until - clock_ms()) > 0 &&
           http_poll(d->http, (int)left, &err))
        ;
    http_close(d->http);
    for (struct sending *s = d->first; s != NULL; s = s->next)
        if (s->state == SENDING_UNDER_WAY)
            s->state = SENDING_UNSENT;
    if (!note_all(d, db, &ignored, &err))
        log_event(LOG_WARN, "delivery.unnoted", "n=%d error=\"%s\"", d->n,
                  err.text);
    for (struct sending *s = d->first, *next; s != NULL; s = next) {
        next = s->next;
        arena_free(s->a);
    }
    message_close();
    free(d);
}
