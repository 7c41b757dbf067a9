#include "lib/multipart.h"

#include "lib/buf.h"
#include "lib/form.h"
#include "lib/utf8.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

enum {
    WINDOW_BYTES = 64 * 1024,
    BOUNDARY_MAX = 70, /* RFC 2046 */
};

struct multipart {
    struct arena *a;
    struct stream *body;
    const char *from; /* of body, not yet in the window */
    size_t n_from;
    char *window;
    size_t at, len;                       /* of window: read so far, there */
    bool ended;                           /* nothing is left of body */
    char delimiter[4 + BOUNDARY_MAX + 1]; /* CR LF - - boundary */
    size_t n_delimiter;
    enum { BEFORE, IN_PART, AFTER_PART, AFTER_ALL } state;
    int n_parts;
};

static bool
is_boundary_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("'()+_,-./:=? ", c) != NULL);
}

/* The value of boundary=, bare or in quotes; false when it is not fit. */
static bool
boundary_read(const char *type, char *out)
{
    const char *s = type;
    while ((s = strchr(s, ';')) != NULL) {
        s += 1 + strspn(s + 1, " \t");
        if (strncasecmp(s, "boundary=", 9) != 0)
            continue;
        s += 9;
        bool quoted = *s == '"';
        s += quoted;
        size_t len = strcspn(s, quoted ? "\"" : "; \t");
        if (len < 1 || len > BOUNDARY_MAX || s[len - 1] == ' ')
            return false;
        for (size_t i = 0; i < len; i++)
            if (!is_boundary_char(s[i]))
                return false;
        memcpy(out, s, len);
        out[len] = '\0';
        return true;
    }
    return false;
}

bool
multipart_open(struct arena *a, const char *content_type, struct stream *body,
               struct multipart **out, struct err *err)
{
    static const char form_data[] = "multipart/form-data";
    struct multipart *m = arena_alloc(a, sizeof *m);
    size_t n = strlen(form_data);
    if (content_type == NULL || strncasecmp(content_type, form_data, n) != 0 ||
        strchr("; \t", content_type[n]) == NULL)
        return err_set(err, ERR_INPUT, "the body is not %s", form_data);
    memcpy(m->delimiter, "\r\n--", 4);
    if (!boundary_read(content_type, m->delimiter + 4))
        return err_set(err, ERR_INPUT, "the form names no fit boundary");
    m->n_delimiter = strlen(m->delimiter);
    m->a = a;
    m->body = body;
    m->window = arena_alloc(a, WINDOW_BYTES);
    /* The first boundary may stand at the very beginning. */
    memcpy(m->window, "\r\n", 2);
    m->len = 2;
    *out = m;
    return true;
}

/* Moves what is unread to the window's beginning and adds to it. */
static bool
fill(struct multipart *m, struct err *err)
{
    memmove(m->window, m->window + m->at, m->len - m->at);
    m->len -= m->at;
    m->at = 0;
    if (m->n_from == 0 && !m->ended) {
        if (!stream_next(m->body, &m->from, &m->n_from, err))
            return false;
        m->ended = m->n_from == 0;
    }
    size_t n = WINDOW_BYTES - m->len;
    if (n > m->n_from)
        n = m->n_from;
    if (n > 0)
        memcpy(m->window + m->len, m->from, n);
    m->from += n;
    m->n_from -= n;
    m->len += n;
    return true;
}

static bool
cut_off(struct err *err)
{
    return err_set(err, ERR_INPUT, "the form ends in the middle");
}

/* At least n bytes unread; n is smaller than the window. */
static bool
need(struct multipart *m, size_t n, struct err *err)
{
    while (m->len - m->at < n) {
        if (m->ended)
            return cut_off(err);
        if (!fill(m, err))
            return false;
    }
    return true;
}

/* Bytes before the delimiter that can be given out now: *len 0 when the
 * delimiter comes at once. */
static bool
data_next(struct multipart *m, const char **bytes, size_t *len, struct err *err)
{
    for (;;) {
        const char *at = m->window + m->at;
        size_t have = m->len - m->at;
        const char *end = memmem(at, have, m->delimiter, m->n_delimiter);
        *bytes = at;
        if (end != NULL)
            *len = (size_t)(end - at);
        else
            *len = have < m->n_delimiter ? 0 : have - m->n_delimiter + 1;
        if (end != NULL || *len > 0)
            break;
        if (m->ended)
            return cut_off(err);
        if (!fill(m, err))
            return false;
    }
    m->at += *len;
    return true;
}

bool
multipart_read(struct multipart *m, const char **bytes, size_t *len,
               struct err *err)
{
    *len = 0;
    *bytes = "";
    if (m->state == IN_PART && !data_next(m, bytes, len, err))
        return false;
    if (m->state == IN_PART && *len == 0)
        m->state = AFTER_PART;
    return true;
}

/* Behind a delimiter: "--" ends it all, a line end begins a part. */
static bool
delimiter_pass(struct multipart *m, bool *is_last, struct err *err)
{
    m->at += m->n_delimiter;
    if (!need(m, 2, err))
        return false;
    *is_last = memcmp(m->window + m->at, "--", 2) == 0;
    if (*is_last)
        return true;
    while (m->window[m->at] == ' ' || m->window[m->at] == '\t') {
        m->at++;
        if (!need(m, 2, err))
            return false;
    }
    if (memcmp(m->window + m->at, "\r\n", 2) != 0)
        return err_set(err, ERR_INPUT, "a boundary of the form is damaged");
    return true; /* the line end is looked at by headers_read */
}

/* The headers of a part, each ended by CR LF, without the empty line. The
 * delimiter's own line end is still unread, so no header at all is found too.
 */
static bool
headers_read(struct multipart *m, const char **text, struct err *err)
{
    for (;;) {
        const char *at = m->window + m->at;
        const char *end = memmem(at, m->len - m->at, "\r\n\r\n", 4);
        if (end != NULL && end - at <= MULTIPART_HEADERS_MAX) {
            size_t len = (size_t)(end - at);
            *text = arena_strndup(m->a, at, len);
            m->at += len + 4;
            if (memchr(at, '\0', len) != NULL)
                return err_set(err, ERR_INPUT,
                               "a header of the form has a NUL");
            return true;
        }
        if (m->len - m->at > MULTIPART_HEADERS_MAX + 4)
            return err_set(err, ERR_INPUT,
                           "a part of the form has headers over %d bytes",
                           (int)MULTIPART_HEADERS_MAX);
        if (!need(m, m->len - m->at + 1, err))
            return false;
    }
}

/* A parameter's value, at s behind its '='; *end is behind it. Browsers write
 * a quote as %22 and line ends as %0D %0A, older programs a quote as \". */
static const char *
value_read(struct arena *a, const char *s, const char **end)
{
    struct buf *b = buf_new(a);
    if (*s != '"') {
        size_t len = strcspn(s, "; \t");
        *end = s + len;
        return arena_strndup(a, s, len);
    }
    for (s++; *s != '\0' && *s != '"'; s++) {
        if (s[0] == '\\' && s[1] == '"')
            s++;
        if (strncmp(s, "%22", 3) == 0) {
            buf_addc(b, '"');
            s += 2;
        } else if (strncasecmp(s, "%0D", 3) == 0 ||
                   strncasecmp(s, "%0A", 3) == 0) {
            buf_addc(b, ' ');
            s += 2;
        } else {
            buf_addc(b, *s);
        }
    }
    *end = s + (*s == '"');
    return b->data;
}

/* What is left of a file's name for people to read. */
static const char *
filename_clean(struct arena *a, const char *name)
{
    for (const char *s = name; *s != '\0'; s++)
        if (*s == '/' || *s == '\\')
            name = s + 1;
    char *out = arena_strdup(a, utf8_clean(a, name, MULTIPART_FILENAME_MAX));
    for (char *s = out; *s != '\0'; s++)
        if (strchr("\r\n\t", *s) != NULL)
            *s = ' ';
    return out;
}

/* "form-data; name="file"; filename="prices.csv"". */
static bool
disposition_read(struct multipart *m, const char *s,
                 struct multipart_part *part, struct err *err)
{
    s += strspn(s, " \t");
    size_t n = strcspn(s, "; \t");
    if (n != 9 || strncasecmp(s, "form-data", n) != 0)
        return err_set(err, ERR_INPUT, "a part of the form is not form-data");
    s += n;
    for (;;) {
        s += strspn(s, "; \t");
        size_t len = strcspn(s, "=; \t");
        if (s[len] != '=')
            break;
        const char *key = s;
        const char *value = value_read(m->a, s + len + 1, &s);
        if (len == 4 && strncasecmp(key, "name", 4) == 0)
            part->name = value;
        else if (len == 8 && strncasecmp(key, "filename", 8) == 0)
            part->filename = filename_clean(m->a, value);
    }
    if (part->name == NULL || !form_is_utf8(part->name, strlen(part->name)))
        return err_set(err, ERR_INPUT, "a part of the form has no fit name");
    return true;
}

static bool
part_read(struct multipart *m, struct multipart_part *part, struct err *err)
{
    static const char header[] = "\r\ncontent-disposition:";
    const char *text;
    *part = (struct multipart_part){0};
    if (++m->n_parts > MULTIPART_PARTS_MAX)
        return err_set(err, ERR_INPUT, "the form has over %d parts",
                       (int)MULTIPART_PARTS_MAX);
    if (!headers_read(m, &text, err))
        return false;
    const char *at = strcasestr(text, header);
    if (at == NULL)
        return err_set(err, ERR_INPUT, "a part of the form has no name");
    at += strlen(header);
    return disposition_read(m, arena_strndup(m->a, at, strcspn(at, "\r\n")),
                            part, err);
}

bool
multipart_next(struct multipart *m, struct multipart_part *part, bool *any,
               struct err *err)
{
    const char *bytes;
    size_t len;
    bool is_last;
    *any = false;
    if (m->state == AFTER_ALL)
        return true;
    while (m->state != AFTER_PART) {
        if (!data_next(m, &bytes, &len, err))
            return false;
        if (len == 0)
            m->state = AFTER_PART;
    }
    if (!delimiter_pass(m, &is_last, err))
        return false;
    if (is_last) {
        m->state = AFTER_ALL;
        return true;
    }
    if (!part_read(m, part, err))
        return false;
    /* An empty part's delimiter may begin with the line end of its headers. */
    m->at -= 2;
    assert(memcmp(m->window + m->at, "\r\n", 2) == 0);
    if (!need(m, m->n_delimiter, err))
        return false;
    if (memcmp(m->window + m->at, m->delimiter, m->n_delimiter) != 0)
        m->at += 2;
    m->state = IN_PART;
    *any = true;
    return true;
}

bool
multipart_value(struct multipart *m, size_t max, const char **value,
                struct err *err)
{
    struct buf *b = buf_new(m->a);
    const char *bytes;
    size_t len;
    do {
        if (!multipart_read(m, &bytes, &len, err))
            return false;
        if (len > max || b->len > max - len)
            return err_set(err, ERR_INPUT,
                           "a field of the form is longer than %zu bytes", max);
        for (size_t i = 0; i < len; i++) {
            if (bytes[i] == '\n' && b->len > 0 && b->data[b->len - 1] == '\r')
                b->len--;
            buf_addc(b, bytes[i]);
        }
    } while (len > 0);
    if (!form_is_utf8(b->data, b->len))
        return err_set(err, ERR_INPUT, "a field of the form is not UTF-8 text");
    *value = b->data;
    return true;
}

static bool
part_stream_read(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    struct multipart *m = arg;
    const char *bytes;
    if (!multipart_read(m, &bytes, got, err))
        return false;
    if (*got > size) { /* the rest is read again */
        m->at -= *got - size;
        *got = size;
    }
    memcpy(to, bytes, *got);
    return true;
}

struct stream *
multipart_stream(struct multipart *m)
{
    return stream_open_fn(m->a, part_stream_read, m);
}
