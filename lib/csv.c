#include "lib/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 65536, END = -1, FAILED = -2 };

struct csv {
    int fd; /* -1: text in memory */
    int error;
    const char *data;
    size_t at, len; /* in data */
    size_t whole;   /* length of the text in memory */
    char *buffer;   /* READ_BYTES */
    bool started;
    int64_t line;

    char *row; /* the row's fields, each NUL-terminated */
    size_t row_len, row_cap;
    struct csv_field *fields;
    size_t *starts;
    size_t n_fields, fields_cap;
};

static void
close_csv(void *arg)
{
    struct csv *csv = arg;
    if (csv->fd >= 0)
        close(csv->fd);
    free(csv->row);
    free(csv->fields);
    free(csv->starts);
}

static struct csv *
csv_new(struct arena *a)
{
    struct csv *csv = arena_alloc(a, sizeof(*csv));
    csv->fd = -1;
    csv->line = 1;
    csv->row_cap = 1024;
    csv->row = xmalloc(csv->row_cap);
    csv->fields_cap = 32;
    csv->fields = xcalloc(csv->fields_cap, sizeof(*csv->fields));
    csv->starts = xcalloc(csv->fields_cap, sizeof(*csv->starts));
    arena_defer(a, close_csv, csv);
    return csv;
}

bool
csv_open(struct arena *a, const char *path, struct csv **out, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno == ENOENT ? ERR_MISSING : ERR_INPUT, "%s: %s",
                       path, strerror(errno));
    struct csv *csv = csv_new(a);
    csv->fd = fd;
    csv->buffer = arena_alloc(a, READ_BYTES);
    csv->data = csv->buffer;
    *out = csv;
    return true;
}

struct csv *
csv_open_text(struct arena *a, const char *text, size_t len)
{
    struct csv *csv = csv_new(a);
    csv->data = text;
    csv->len = csv->whole = len;
    return csv;
}

bool
csv_rewind(struct csv *csv, struct err *err)
{
    if (csv->fd >= 0 && lseek(csv->fd, 0, SEEK_SET) != 0)
        return err_set(err, ERR_INPUT,
                       "the file must be read twice, and this one cannot be");
    csv->at = 0;
    csv->len = csv->whole;
    csv->started = false;
    csv->line = 1;
    return true;
}

static bool
fill(struct csv *csv)
{
    if (csv->at < csv->len)
        return true;
    if (csv->fd < 0 || csv->error != 0)
        return false;
    ssize_t n;
    do
        n = read(csv->fd, csv->buffer, READ_BYTES);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        csv->error = errno;
    csv->at = 0;
    csv->len = n > 0 ? (size_t)n : 0;
    return n > 0;
}

static int
peek(struct csv *csv)
{
    if (!fill(csv))
        return csv->error != 0 ? FAILED : END;
    return (unsigned char)csv->data[csv->at];
}

static bool
add(struct csv *csv, const char *bytes, size_t len)
{
    if (csv->row_len + len > CSV_ROW_MAX)
        return false;
    while (csv->row_len + len + 1 > csv->row_cap) {
        csv->row_cap *= 2;
        csv->row = xrealloc(csv->row, csv->row_cap);
    }
    if (len > 0)
        memcpy(csv->row + csv->row_len, bytes, len);
    csv->row_len += len;
    return true;
}

static void
begin_field(struct csv *csv)
{
    if (csv->n_fields == csv->fields_cap) {
        csv->fields_cap *= 2;
        csv->fields =
            xrealloc(csv->fields, csv->fields_cap * sizeof(*csv->fields));
        csv->starts =
            xrealloc(csv->starts, csv->fields_cap * sizeof(*csv->starts));
    }
    csv->starts[csv->n_fields++] = csv->row_len;
}

static bool
too_long(int64_t line, struct err *err)
{
    return err_set(err, ERR_INPUT, "line %lld: the row is longer than %d bytes",
                   (long long)line, CSV_ROW_MAX);
}

/* Takes ordinary bytes up to the stop, a line's end or the end. */
static bool
take_until(struct csv *csv, char stop, int64_t line, struct err *err)
{
    while (fill(csv)) {
        const char *from = csv->data + csv->at;
        size_t left = csv->len - csv->at, n = 0;
        while (n < left && from[n] != stop && from[n] != '\n' &&
               from[n] != '\r')
            n++;
        if (!add(csv, from, n))
            return too_long(line, err);
        csv->at += n;
        if (n < left)
            return true;
    }
    return true;
}

/* Steps over a line's end if there is one here. */
static bool
take_line_end(struct csv *csv)
{
    int c = peek(csv);
    if (c != '\n' && c != '\r')
        return false;
    csv->at++;
    if (c == '\r' && peek(csv) == '\n')
        csv->at++;
    csv->line++;
    return true;
}

/* A line's end inside quotes belongs to the field. */
static bool
keep_line_end(struct csv *csv, int64_t row_line, struct err *err)
{
    const char *text = peek(csv) == '\n' ? "\n" : "\r";
    csv->at++;
    if (*text == '\r' && peek(csv) == '\n') {
        text = "\r\n";
        csv->at++;
    }
    csv->line++;
    return add(csv, text, strlen(text)) || too_long(row_line, err);
}

/* After the opening quote. A reading error is reported by csv_next. */
static bool
take_quoted(struct csv *csv, int64_t row_line, struct err *err)
{
    int64_t line = csv->line;
    for (;;) {
        if (!take_until(csv, '"', row_line, err))
            return false;
        int c = peek(csv);
        if (c == FAILED)
            return true;
        if (c == END)
            return err_set(err, ERR_INPUT,
                           "line %lld: a quoted field is never closed",
                           (long long)line);
        if (c != '"') {
            if (!keep_line_end(csv, row_line, err))
                return false;
            continue;
        }
        csv->at++;
        if (peek(csv) != '"')
            break;
        csv->at++;
        if (!add(csv, "\"", 1))
            return too_long(row_line, err);
    }
    int c = peek(csv);
    if (c >= 0 && c != ',' && c != '\n' && c != '\r')
        return err_set(err, ERR_INPUT,
                       "line %lld: text follows the closing quote of a field",
                       (long long)csv->line);
    return true;
}

static bool
take_field(struct csv *csv, int64_t line, struct err *err)
{
    begin_field(csv);
    if (peek(csv) == '"') {
        csv->at++;
        if (!take_quoted(csv, line, err))
            return false;
    } else if (!take_until(csv, ',', line, err)) {
        return false;
    }
    return add(csv, "", 1) /* with its NUL */ || too_long(line, err);
}

static bool
start(struct csv *csv, struct err *err)
{
    csv->started = true;
    static const unsigned char mark[] = {0xEF, 0xBB, 0xBF};
    int c = peek(csv);
    if (c == 0xFE || c == 0xFF)
        return err_set(err, ERR_INPUT,
                       "line 1: UTF-16 is not read; save the file as UTF-8");
    if (csv->len - csv->at >= sizeof(mark) &&
        memcmp(csv->data + csv->at, mark, sizeof(mark)) == 0)
        csv->at += sizeof(mark);
    return true;
}

bool
csv_next(struct csv *csv, struct csv_row *row, struct err *err)
{
    if (!csv->started && !start(csv, err))
        return false;
    while (take_line_end(csv))
        continue;
    *row = (struct csv_row){.line = csv->line};
    csv->row_len = csv->n_fields = 0;
    if (peek(csv) == END)
        return true;
    do {
        if (csv->n_fields > 0)
            csv->at++; /* the comma */
        if (!take_field(csv, row->line, err))
            return false;
    } while (peek(csv) == ',');
    (void)take_line_end(csv);
    if (csv->error != 0)
        return err_set(err, ERR_INPUT, "line %lld: %s", (long long)csv->line,
                       strerror(csv->error));
    for (size_t i = 0; i < csv->n_fields; i++) {
        size_t end = i + 1 < csv->n_fields ? csv->starts[i + 1] : csv->row_len;
        csv->fields[i] = (struct csv_field){
            .text = csv->row + csv->starts[i],
            .len = end - csv->starts[i] - 1,
        };
    }
    row->n = csv->n_fields;
    row->fields = csv->fields;
    return true;
}
