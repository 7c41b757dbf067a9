/* worker/deliver.h: what each kind of channel is sent, how, and what its
 * answers mean. */
#include "lib/format.h"
#include "lib/json.h"
#include "lib/mail.h"
#include "lib/secret.h"
#include "worker/deliver_own.h"
#include "worker/message.h"

#include <string.h>

enum {
    MAIL_TEXT_MAX = 200000,
    SLACK_TEXT_MAX = 4000,    /* longer ones are cut there, anywhere */
    TELEGRAM_TEXT_MAX = 4096, /* longer ones are refused */
    HEADERS_MAX = 6,
};

/* The value of a channel's field. */
static const char *
value_of(const struct sending *s, const char *field)
{
    for (size_t i = 0; i < s->kind->n_fields; i++)
        if (strcmp(s->kind->fields[i].name, field) == 0)
            return s->values[i];
    return NULL;
}

static bool
passes(int status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

/* --- over HTTP ------------------------------------------------------------ */

static void
ended_with(struct sending *s, int status, const char *answer,
           const char *description, int64_t wait_s)
{
    const char *why = arena_printf(s->a, "the server answered %d%s%s", status,
                                   description != NULL ? ": " : "",
                                   description != NULL ? description : "");
    deliver_ended(s, passes(status) ? DELIVERY_AGAIN : DELIVERY_REFUSED, answer,
                  why, wait_s);
}

static const char *
answer_words(struct sending *s, const struct http_response *r)
{
    return arena_printf(s->a, "HTTP %d%s%s", r->status,
                        r->body_len > 0 ? "\n" : "", r->body);
}

/* A server that began with 2xx has taken it, whatever came after. */
static void
on_http(void *arg, const struct http_response *r)
{
    struct sending *s = arg;
    if (r->status >= 200 && r->status < 300)
        deliver_ended(s, DELIVERY_SENT, answer_words(s, r), NULL, -1);
    else if (r->fault != HTTP_OK)
        deliver_ended(s, DELIVERY_AGAIN, NULL,
                      arena_strdup(s->a, r->fault_text), -1);
    else
        ended_with(s, r->status, answer_words(s, r), NULL, r->retry_after_s);
}

/* Telegram's own words are in the body, whatever the status. */
static void
on_telegram(void *arg, const struct http_response *r)
{
    struct sending *s = arg;
    struct err ignored;
    struct json doc;
    bool is_ok = true;
    int64_t code = r->status, wait_s = r->retry_after_s;
    if (r->fault == HTTP_OK &&
        json_parse(s->a, r->body, r->body_len, &doc, &ignored) &&
        json_bool(json_get(doc, "ok"), &is_ok) && !is_ok) {
        struct json after =
            json_get(json_get(doc, "parameters"), "retry_after");
        if (!json_i64(json_get(doc, "error_code"), &code) || code < 400)
            code = 400;
        if (!json_i64(after, &wait_s))
            wait_s = r->retry_after_s;
        ended_with(s, (int)code, answer_words(s, r),
                   json_str(json_get(doc, "description")), wait_s);
        return;
    }
    on_http(s, r);
}

static bool
post(struct sending *s, struct http *http, const char *url,
     const char *const *headers, http_done_fn *done, struct err *err)
{
    const struct deliver_options *options = deliver_settings(s->deliver);
    const struct http_request request = {
        .method = "POST",
        .url = url,
        .headers = headers,
        .body = s->work.body,
        .body_len = strlen(s->work.body),
        .connect_timeout_ms = options->timeout_ms,
        .first_byte_timeout_ms = options->timeout_ms,
        .stall_timeout_ms = options->timeout_ms,
        .total_timeout_ms = options->timeout_ms,
        .max_body_bytes = DELIVERY_ANSWER_MAX,
        .cut_body = true,
        .no_redirect = true,
        .ca_file = options->ca_file,
    };
    return http_start(http, &request, done, s, err);
}

static bool
post_json(struct sending *s, struct http *http, const char *url,
          http_done_fn *done, struct err *err)
{
    const char *const headers[] = {
        "Content-Type: application/json",
        arena_printf(s->a, "Idempotency-Key: %s", s->work.key), NULL};
    return post(s, http, url, headers, done, err);
}

/* --- webhook -------------------------------------------------------------- */

static bool
webhook_make(struct sending *s, const struct delivery_text *text,
             const char **body, struct err *err)
{
    (void)err;
    *body = message_json(s->a, &s->work, text);
    return true;
}

static bool
webhook_start(struct sending *s, struct http *http, struct err *err)
{
    const char *key = value_of(s, "key"), *headers[HEADERS_MAX];
    size_t n = 0;
    headers[n++] = "Content-Type: application/json";
    headers[n++] = arena_printf(s->a, "Idempotency-Key: %s", s->work.key);
    if (key != NULL) {
        const char *at = fmt_i64(s->a, s->work.claimed_ts);
        const char *mac = secret_hmac_hex(
            s->a, key, arena_printf(s->a, "%s.%s", at, s->work.body));
        headers[n++] = arena_printf(s->a, "X-Quotemill-Timestamp: %s", at);
        headers[n++] =
            arena_printf(s->a, "X-Quotemill-Signature: sha256=%s", mac);
    }
    headers[n] = NULL;
    return post(s, http, value_of(s, "url"), headers, on_http, err);
}

/* --- Slack and what understands the same ---------------------------------- */

static bool
slack_make(struct sending *s, const struct delivery_text *text,
           const char **body, struct err *err)
{
    struct buf *b = buf_new(s->a);
    const char *words;
    if (!message_text(s->a, &s->work, text, "slack.tpl", message_escape_slack,
                      SLACK_TEXT_MAX, &words, err))
        return false;
    json_open(b, '{');
    json_member_str(b, "text", words);
    json_close(b, '}');
    *body = b->data;
    return true;
}

static bool
slack_start(struct sending *s, struct http *http, struct err *err)
{
    return post_json(s, http, value_of(s, "url"), on_http, err);
}

/* --- Telegram ------------------------------------------------------------- */

static bool
telegram_make(struct sending *s, const struct delivery_text *text,
              const char **body, struct err *err)
{
    struct buf *b = buf_new(s->a);
    const char *words;
    if (!message_text(s->a, &s->work, text, "telegram.tpl", NULL,
                      TELEGRAM_TEXT_MAX, &words, err))
        return false;
    json_open(b, '{');
    json_member_str(b, "chat_id", value_of(s, "chat"));
    json_member_str(b, "text", words);
    json_member_bool(b, "disable_web_page_preview", true);
    json_close(b, '}');
    *body = b->data;
    return true;
}

static bool
telegram_start(struct sending *s, struct http *http, struct err *err)
{
    const char *base = value_of(s, "base_url");
    size_t len = strlen(base);
    while (len > 0 && base[len - 1] == '/')
        len--;
    return post_json(s, http,
                     arena_printf(s->a, "%.*s/bot%s/sendMessage", (int)len,
                                  base, value_of(s, "token")),
                     on_telegram, err);
}

/* --- mail ----------------------------------------------------------------- */

static bool
email_make(struct sending *s, const struct delivery_text *text,
           const char **body, struct err *err)
{
    return message_text(s->a, &s->work, text, "mail.tpl", NULL, MAIL_TEXT_MAX,
                        body, err);
}

static const char *const *
addresses(struct arena *a, const char *list)
{
    size_t n = 1;
    for (const char *s = list; *s != '\0'; s++)
        n += *s == ',';
    const char **out = arena_array(a, n + 1, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        list += strspn(list, " ");
        size_t len = strcspn(list, ","), word = len;
        while (word > 0 && list[word - 1] == ' ')
            word--;
        out[i] = arena_strndup(a, list, word);
        list += len + (list[len] == ',');
    }
    return out;
}

static void
on_mail(void *arg, const struct http_response *r)
{
    struct sending *s = arg;
    const char *answer = r->body_len > 0 ? arena_strdup(s->a, r->body) : NULL;
    if (r->fault != HTTP_OK)
        deliver_ended(s, DELIVERY_AGAIN, answer,
                      arena_strdup(s->a, r->fault_text), -1);
    else if (r->status < 400)
        deliver_ended(s, DELIVERY_SENT, answer, NULL, -1);
    else
        deliver_ended(
            s, r->status < 500 ? DELIVERY_AGAIN : DELIVERY_REFUSED, answer,
            arena_printf(s->a, "the mail server answered %d", r->status), -1);
}

static bool
email_start(struct sending *s, struct http *http, struct err *err)
{
    static const struct {
        const char *word;
        enum mail_tls tls;
    } choices[] = {
        {"starttls", MAIL_STARTTLS}, {"tls", MAIL_TLS}, {"none", MAIL_PLAIN}};
    const struct deliver_options *options = deliver_settings(s->deliver);
    struct mail mail = {
        .host = value_of(s, "host"),
        .port = value_of(s, "port"),
        .tls = MAIL_STARTTLS,
        .user = value_of(s, "user"),
        .password = value_of(s, "password"),
        .ca_file = options->ca_file,
        .connect_timeout_ms = options->timeout_ms,
        .total_timeout_ms = options->timeout_ms,
        .from = value_of(s, "from"),
        .from_name = "quotemill",
        .to = addresses(s->a, value_of(s, "to")),
        .id = s->work.key,
        .date_ts = s->work.created_ts,
        .subject = s->work.title,
        .text = s->work.body,
    };
    for (size_t i = 0; i < COUNT_OF(choices); i++)
        if (strcmp(choices[i].word, value_of(s, "tls")) == 0)
            mail.tls = choices[i].tls;
    return mail_start(http, &mail, on_mail, s, err);
}

/* --- the console itself --------------------------------------------------- */

static bool
console_make(struct sending *s, const struct delivery_text *text,
             const char **body, struct err *err)
{
    return message_text(s->a, &s->work, text, "telegram.tpl", NULL,
                        TELEGRAM_TEXT_MAX, body, err);
}

static bool
console_start(struct sending *s, struct http *http, struct err *err)
{
    (void)http, (void)err;
    deliver_ended(s, DELIVERY_SENT, "The console shows it.", NULL, -1);
    return true;
}

const struct deliver_kind *
deliver_kind_find(const char *name)
{
    static const struct deliver_kind kinds[] = {
        {"console", console_make, console_start},
        {"email", email_make, email_start},
        {"webhook", webhook_make, webhook_start},
        {"slack", slack_make, slack_start},
        {"telegram", telegram_make, telegram_start},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}
