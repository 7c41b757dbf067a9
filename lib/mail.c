#include "lib/mail.h"

#include "lib/http_own.h"
#include "lib/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LINE_MAX_CHARS = 76,
    WORD_MAX_CHARS = 75,  /* of an encoded word; RFC 2047, section 2 */
    PLAIN_MAX_CHARS = 60, /* of a subject that needs no encoding */
    REPLIES_MAX_BYTES = 4096,
};

/* --- the message ---------------------------------------------------------- */

static void
add_encoded(struct buf *b, unsigned char c)
{
    buf_addf(b, "=%02X", c);
}

/* Letters and digits stand for themselves everywhere. */
static bool
is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z');
}

static const char SUBJECT[] = "Subject: ";

/* Encoded words, each of whole characters, one a line. */
static void
add_words(struct buf *b, const char *text)
{
    static const char begin[] = "=?UTF-8?Q?", end[] = "?=";
    size_t from = b->len - strlen(SUBJECT);
    buf_adds(b, begin);
    for (const char *s = text; *s != '\0';) {
        size_t len = utf8_length(s);
        size_t need = *s == ' ' || is_plain(*s) ? 1 : 3 * len;
        if (b->len - from + need + strlen(end) > WORD_MAX_CHARS) {
            buf_addf(b, "%s\r\n ", end);
            from = b->len;
            buf_adds(b, begin);
        }
        if (need == 1)
            buf_addc(b, *s == ' ' ? '_' : *s);
        else
            for (size_t i = 0; i < len; i++)
                add_encoded(b, (unsigned char)s[i]);
        s += len;
    }
    buf_adds(b, end);
}

static void
add_subject(struct arena *a, struct buf *b, const char *subject)
{
    char *text = arena_strdup(a, utf8_clean(a, subject, strlen(subject) * 3));
    bool is_short = strlen(text) <= PLAIN_MAX_CHARS;
    for (char *s = text; *s != '\0'; s++) {
        if (*s == '\r' || *s == '\n' || *s == '\t')
            *s = ' ';
        is_short = is_short && *s >= ' ' && *s <= '~';
    }
    buf_adds(b, SUBJECT);
    if (is_short && strstr(text, "=?") == NULL)
        buf_adds(b, text);
    else
        add_words(b, text);
    buf_adds(b, "\r\n");
}

/* Quoted-printable; RFC 2045, section 6.7. A dot that begins a line is encoded,
 * so that nothing depends on who doubles it. */
static void
add_text(struct buf *b, const char *text)
{
    size_t from = b->len;
    for (const unsigned char *s = (const unsigned char *)text; *s != '\0';
         s++) {
        if (*s == '\n') {
            buf_adds(b, "\r\n");
            from = b->len;
            continue;
        }
        if (*s == '\r')
            continue;
        bool ends = s[1] == '\n' || s[1] == '\0';
        bool plain = (*s > ' ' && *s <= '~' && *s != '=') ||
                     ((*s == ' ' || *s == '\t') && !ends);
        if (*s == '.' && b->len == from)
            plain = false;
        if (b->len - from + (plain ? 1 : 3) > LINE_MAX_CHARS - 1) {
            buf_adds(b, "=\r\n");
            from = b->len;
            plain = plain && *s != '.';
        }
        if (plain)
            buf_addc(b, (char)*s);
        else
            add_encoded(b, *s);
    }
    if (b->len != from)
        buf_adds(b, "\r\n");
}

static void
add_date(struct buf *b, int64_t ts)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed",
                                       "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
                                         "May", "Jun", "Jul", "Aug",
                                         "Sep", "Oct", "Nov", "Dec"};
    time_t t = (time_t)ts;
    struct tm tm;
    gmtime_r(&t, &tm);
    buf_addf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday],
             tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
             tm.tm_min, tm.tm_sec);
}

const char *
mail_message(struct arena *a, const struct mail *mail)
{
    struct buf *b = buf_new(a);
    const char *at = strchr(mail->from, '@');
    add_date(b, mail->date_ts);
    buf_addf(b, "From: %s <%s>\r\nTo: ", mail->from_name, mail->from);
    for (const char *const *to = mail->to; *to != NULL; to++)
        buf_addf(b, "%s<%s>", to == mail->to ? "" : ",\r\n ", *to);
    buf_adds(b, "\r\n");
    add_subject(a, b, mail->subject);
    buf_addf(b,
             "Message-ID: <%s%s>\r\n"
             "Auto-Submitted: auto-generated\r\n"
             "MIME-Version: 1.0\r\n"
             "Content-Type: text/plain; charset=utf-8\r\n"
             "Content-Transfer-Encoding: quoted-printable\r\n"
             "\r\n",
             mail->id, at != NULL ? at : "");
    add_text(b, utf8_clean(a, mail->text, strlen(mail->text) * 3));
    return b->data;
}

/* --- sending -------------------------------------------------------------- */

static size_t
on_read(char *room, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t len = size * n < t->upload_len ? size * n : t->upload_len;
    memcpy(room, t->upload, len);
    t->upload += len;
    t->upload_len -= len;
    return len;
}

static void
set_server(struct transfer *t, const struct mail *mail)
{
    CURL *easy = t->easy;
    bool is_ipv6 = strchr(mail->host, ':') != NULL;
    const char *url = arena_printf(
        t->a, "%s://%s%s%s:%s", mail->tls == MAIL_TLS ? "smtps" : "smtp",
        is_ipv6 ? "[" : "", mail->host, is_ipv6 ? "]" : "", mail->port);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(
        easy, CURLOPT_USE_SSL,
        (long)(mail->tls == MAIL_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (mail->ca_file != NULL)
        curl_easy_setopt(easy, CURLOPT_CAINFO, mail->ca_file);
    if (mail->user != NULL) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, mail->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD,
                         mail->password != NULL ? mail->password : "");
    }
    if (http_is_loopback(mail->host))
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

/* One recipient that is refused keeps nothing from the others. */
static void
set_envelope(struct transfer *t, const struct mail *mail)
{
    for (const char *const *to = mail->to; *to != NULL; to++) {
        struct curl_slist *more =
            curl_slist_append(t->rcpt, arena_printf(t->a, "<%s>", *to));
        if (more == NULL)
            abort(); /* out of memory */
        t->rcpt = more;
    }
    curl_easy_setopt(t->easy, CURLOPT_MAIL_FROM,
                     arena_printf(t->a, "<%s>", mail->from));
    curl_easy_setopt(t->easy, CURLOPT_MAIL_RCPT, t->rcpt);
    curl_easy_setopt(t->easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    t->upload = mail_message(t->a, mail);
    t->upload_len = strlen(t->upload);
    curl_easy_setopt(t->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
}

bool
mail_start(struct http *http, const struct mail *mail, http_done_fn *done,
           void *arg, struct err *err)
{
    if (mail->tls == MAIL_PLAIN && mail->user != NULL)
        return err_set(err, ERR_INPUT, "a login needs an encrypted connection");
    struct transfer *t = transfer_take(http);
    t->is_mail = true;
    /* a mail server may say little for long: only the whole has a limit */
    t->connect_timeout_ms = mail->connect_timeout_ms;
    t->first_byte_timeout_ms = mail->total_timeout_ms;
    t->stall_timeout_ms = mail->total_timeout_ms;
    t->total_timeout_ms = mail->total_timeout_ms;
    t->max_body_bytes = REPLIES_MAX_BYTES;
    curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)mail->connect_timeout_ms);
    set_server(t, mail);
    set_envelope(t, mail);
    return transfer_start(t, done, arg, err);
}
