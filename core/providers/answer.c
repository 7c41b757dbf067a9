#include "core/providers/answer.h"

#include "lib/date.h"
#include "lib/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

enum { WORDS_MAX = 240, SHOWN_MAX = 60, PLAIN_MAX = 4096, TEXT_MAX = 400 };

/* text with each occurrence of key replaced. */
static const char *
mask(struct arena *a, const char *text, const char *key)
{
    if (key == NULL || key[0] == '\0' || strstr(text, key) == NULL)
        return text;
    struct buf *b = buf_new(a);
    for (const char *at; (at = strstr(text, key)) != NULL;) {
        buf_add(b, text, (size_t)(at - text));
        buf_adds(b, "***");
        text = at + strlen(key);
    }
    buf_adds(b, text);
    return b->data;
}

void
answer_fail(struct arena *a, const struct provider_request *request,
            struct provider_answer *answer, enum fault fault, const char *fmt,
            ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = arena_vprintf(a, fmt, args);
    va_end(args);
    *answer = (struct provider_answer){
        .fault = fault,
        .text = utf8_clean(a, mask(a, text, request->key), TEXT_MAX),
    };
}

static bool
has_any(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcasestr(text, *words) != NULL)
            return true;
    return false;
}

static bool
says_limit(const char *words)
{
    static const char *const phrases[] = {"rate limit",
                                          "rate_limit",
                                          "ratelimit",
                                          "limit reach",
                                          "limit exceeded",
                                          "exceeded the limit",
                                          "call frequency",
                                          "calls per",
                                          "requests per",
                                          "too many request",
                                          "request weight",
                                          "over_rate_limit",
                                          "quota",
                                          "throttl",
                                          NULL};
    return has_any(words, phrases);
}

static bool
says_key(const char *words)
{
    static const char *const phrases[] = {
        "api key", "api_key",      "apikey",       "api-key", "unauthorized",
        "crumb",   "access token", "subscription", "premium", NULL};
    return has_any(words, phrases);
}

enum fault
answer_fault_of(int status, const char *words)
{
    if (status == 429 || status == 418 || status == 999)
        return FAULT_RATE_LIMITED;
    if (status >= 500)
        return FAULT_SERVER;
    if (says_limit(words))
        return FAULT_RATE_LIMITED;
    if (status == 401 || status == 403 || status == 407 || status == 451)
        return FAULT_REFUSED;
    if (status == 408)
        return FAULT_TIMEOUT;
    if (says_key(words))
        return FAULT_REFUSED;
    if (status >= 400)
        return FAULT_CLIENT;
    return FAULT_MALFORMED;
}

/* The words of an error value: text, or text in one of its members. */
static const char *
words_in(struct json v, int depth)
{
    static const char *const keys[] = {
        "error",       "message", "error_message", "msg",
        "description", "Note",    "Information",   "Error Message",
        "detail",      "errors",  "status",        "code",
        NULL};
    const char *text = json_str(v);
    if (text != NULL && text[0] != '\0')
        return text;
    if (depth > 3)
        return NULL;
    if (json_type(v) == JSON_ARRAY)
        return words_in(json_at(v, 0), depth + 1);
    for (const char *const *key = keys; *key != NULL; key++) {
        text = words_in(json_get(v, *key), depth + 1);
        if (text != NULL)
            return text;
    }
    return NULL;
}

/* One line of at most WORDS_MAX bytes, cut at a character's boundary. */
static const char *
one_line(struct arena *a, const char *text, size_t len)
{
    bool cut = len > WORDS_MAX;
    if (cut)
        for (len = WORDS_MAX; len > 0 && (text[len] & 0xC0) == 0x80;)
            len--;
    struct buf *b = buf_new(a);
    bool blank = true;
    for (size_t i = 0; i < len; i++) {
        bool is_blank = (unsigned char)text[i] <= ' ' || text[i] == 0x7f;
        if (!is_blank)
            buf_addc(b, text[i]);
        else if (!blank)
            buf_addc(b, ' ');
        blank = is_blank;
    }
    while (b->len > 0 && b->data[b->len - 1] == ' ')
        b->data[--b->len] = '\0';
    if (cut)
        buf_adds(b, "…");
    return b->data;
}

/* What a body that is no JSON says, unless it is a web page. */
static const char *
plain_words(struct arena *a, const char *body, size_t len, const char *key)
{
    const char *head =
        arena_strndup(a, body, len < PLAIN_MAX ? len : PLAIN_MAX);
    head = mask(a, head, key);
    const char *line = one_line(a, head, strlen(head));
    if (line[0] == '\0')
        return "an empty body";
    if (strncasecmp(line, "<!doctype", 9) == 0 ||
        strncasecmp(line, "<html", 5) == 0)
        return "a web page instead of data";
    return line;
}

void
answer_fail_body(struct arena *a, const struct provider_request *request,
                 int status, struct json root, const char *body, size_t len,
                 struct provider_answer *answer)
{
    const char *words = words_in(root, 0);
    if (words == NULL) {
        words = plain_words(a, body, len, request->key);
    } else {
        words = mask(a, words, request->key); /* before it is cut */
        words = one_line(a, words, strlen(words));
    }
    enum fault fault = answer_fault_of(status, words);
    if (status == 200)
        answer_fail(a, request, answer, fault, "%s", words);
    else
        answer_fail(a, request, answer, fault, "HTTP %d: %s", status, words);
}

struct json
answer_json(struct arena *a, const char *body, size_t len, struct err *err)
{
    struct json root, none = {0};
    return json_parse(a, body, len, &root, err) ? root : none;
}

bool
answer_accept(struct arena *a, const struct provider_request *request,
              int status, struct json root, const struct err *err,
              const char *body, size_t len, struct provider_answer *answer)
{
    bool parsed = json_type(root) != JSON_NONE;
    if (parsed && status == 200)
        return true;
    if (status != 200 || says_limit(plain_words(a, body, len, request->key)))
        answer_fail_body(a, request, status, root, body, len, answer);
    else
        answer_fail(a, request, answer, FAULT_MALFORMED, "%s", err->text);
    return false;
}

void
answer_bad(struct arena *a, struct series_row *row, const char *field,
           const char *shown)
{
    shown = utf8_clean(a, shown, SHOWN_MAX + 4);
    row->bad = row->bad == NULL
                   ? arena_printf(a, "%s: %s", field, shown)
                   : arena_printf(a, "%s; %s: %s", row->bad, field, shown);
}

static bool
is_absent(struct json v)
{
    return json_type(v) == JSON_NONE || json_type(v) == JSON_NULL;
}

void
answer_number(struct arena *a, struct series_row *row, const char *field,
              struct json v, double *out)
{
    if (!is_absent(v) && !json_f64(v, out))
        answer_bad(a, row, field, json_text(a, v, SHOWN_MAX));
}

void
answer_time(struct arena *a, struct series_row *row, struct json v,
            int64_t per_second)
{
    int64_t n;
    if (is_absent(v))
        return;
    if (json_i64(v, &n)) {
        int64_t ts = n / per_second - (n % per_second < 0);
        if (ts >= ANSWER_TS_MIN && ts <= ANSWER_TS_MAX) {
            row->ts = ts;
            return;
        }
    }
    answer_bad(a, row, "time", json_text(a, v, SHOWN_MAX));
}

void
answer_day(struct arena *a, struct series_row *row, struct json v)
{
    size_t len = 0;
    const char *text = json_str_len(v, &len);
    if (is_absent(v) || (text != NULL && date_parse_day(text, len, &row->ts)))
        return;
    answer_bad(a, row, "time", json_text(a, v, SHOWN_MAX));
}

void
answer_keep_raw(struct arena *a, struct series_row *row, struct json v)
{
    if (row->bad != NULL || row->ts == SERIES_NO_TS || isnan(row->open) ||
        isnan(row->high) || isnan(row->low) || isnan(row->close))
        row->raw = json_text(a, v, ANSWER_RAW_MAX);
}

void
answer_scalar(struct series_row *row)
{
    row->open = row->high = row->low = row->close;
}

int64_t
answer_next(const struct provider_request *request, const struct series *series,
            int64_t step_s)
{
    int64_t newest = SERIES_NO_TS;
    for (size_t i = 0; i < series->n; i++)
        if (series->rows[i].ts > newest)
            newest = series->rows[i].ts;
    if (newest == SERIES_NO_TS)
        return 0;
    int64_t next = newest + step_s;
    bool moves = request->all_history || next > request->from_ts;
    bool can_be = next <= request->to_ts && next + step_s <= request->now_ts;
    return moves && can_be ? next : 0;
}

bool
answer_is_symbol(const char *asked, const char *got)
{
    return asked == NULL || asked[0] == '\0' || strcasecmp(asked, got) == 0;
}
