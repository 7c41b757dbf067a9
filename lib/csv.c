#include "lib/csv.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    WORD_BYTES = 64, /* looked at together; a bit of a mask each */
    PIECE_BYTES = 4096,
};

/* The window is where rows are found: the stream's block or, for a row that
 * began in the block before, the carry, which holds what there was of it and a
 * piece of the new block. */
struct csv {
    struct stream *in;
    struct csv_options options;
    char delimiters[16];
    const char *data; /* the window */
    size_t at, end;   /* where the next row begins; where the window does end */
    uint64_t marks;   /* of the word before `next`, still to be looked at */
    size_t next;      /* word to be looked at next */

    const char *block;
    size_t block_len, taken; /* taken: how much of it the carry has, too */
    char *carry;             /* CSV_ROW_MAX + PIECE_BYTES when used */
    size_t carry_cap;
    bool in_carry;

    char *text; /* fields without their doubled quotes, CSV_ROW_MAX when used */
    size_t text_len;
    struct csv_field *fields;

    size_t field, n; /* of the row under way: where its last field begins, how
                      * many fields there are */
    int64_t lines;   /* and line ends inside of them */
    int64_t line;
    bool started, ended;
    bool after_cr; /* a line feed that comes first ends the same line */
};

static void
csv_free(void *arg)
{
    struct csv *csv = arg;
    free(csv->carry);
    free(csv->text);
    free(csv->fields);
}

struct csv *
csv_open_stream(struct arena *a, struct stream *in,
                const struct csv_options *options)
{
    struct csv *csv = arena_alloc(a, sizeof(*csv));
    csv->in = in;
    if (options != NULL)
        csv->options = *options;
    if (csv->options.delimiter == '\0')
        csv->options.delimiter = ',';
    if (csv->options.max_columns == 0)
        csv->options.max_columns = CSV_COLUMNS_MAX;
    memset(csv->delimiters, csv->options.delimiter, sizeof csv->delimiters);
    csv->fields = xcalloc(csv->options.max_columns, sizeof(*csv->fields));
    csv->line = 1;
    arena_defer(a, csv_free, csv);
    return csv;
}

bool
csv_open(struct arena *a, const char *path, struct csv **out, struct err *err)
{
    struct stream *file, *plain;
    enum stream_packing packing;
    if (!stream_open_file(a, path, &file, err) ||
        !stream_unpack(a, file, INT64_MAX, &packing, &plain, err))
        return false;
    *out = csv_open_stream(a, plain, NULL);
    return true;
}

struct csv *
csv_open_text(struct arena *a, const char *text, size_t len)
{
    return csv_open_stream(a, stream_open_bytes(a, text, len), NULL);
}

bool
csv_rewind(struct csv *csv, struct err *err)
{
    if (!stream_rewind(csv->in, err))
        return false;
    csv->data = csv->block = NULL;
    csv->at = csv->end = csv->next = csv->block_len = csv->taken = 0;
    csv->marks = 0;
    csv->line = 1;
    csv->started = csv->ended = csv->in_carry = csv->after_cr = false;
    return true;
}

int64_t
csv_line(const struct csv *csv)
{
    return csv->line;
}

/* A bit for each of 64 bytes that may mean something: the delimiter, a quote,
 * and what is not above '\r': line ends and NUL, but also the tab. */
#ifdef __SSE2__
static inline uint64_t
sixteen(const char *p, __m128i delimiter)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8('\r')), x);
    __m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));
    __m128i mark = _mm_cmpeq_epi8(x, delimiter);
    return (uint64_t)(unsigned)_mm_movemask_epi8(
        _mm_or_si128(_mm_or_si128(low, quote), mark));
}

static inline uint64_t
find_marks(const char *p, const char *delimiter)
{
    __m128i d = _mm_loadu_si128((const __m128i *)(const void *)delimiter);
    return sixteen(p, d) | sixteen(p + 16, d) << 16 | sixteen(p + 32, d) << 32 |
           sixteen(p + 48, d) << 48;
}
#else
static inline uint64_t
find_marks(const char *p, const char *delimiter)
{
    uint64_t marks = 0;
    for (int i = 0; i < WORD_BYTES; i++) {
        bool is_mark =
            (unsigned char)p[i] <= '\r' || p[i] == '"' || p[i] == *delimiter;
        marks |= (uint64_t)is_mark << i;
    }
    return marks;
}
#endif

/* The same of a word that the window does not fill. */
static uint64_t
find_last_marks(const char *p, size_t len, const char *delimiter)
{
    char word[WORD_BYTES] = {0};
    memcpy(word, p, len);
    return find_marks(word, delimiter) & (((uint64_t)1 << len) - 1);
}

/* The marks of the next 64 bytes, or of what the window has left: then as if
 * the word ended there. False at the window's end. Positions are counted back
 * from `next`, the end of the word. */
static inline bool
load_marks(const struct csv *csv, uint64_t *marks, size_t *next)
{
    size_t left = csv->end - *next;
    const char *p = csv->data + *next;
    if (left >= WORD_BYTES) {
        *marks = find_marks(p, csv->delimiters);
        *next += WORD_BYTES;
        return true;
    }
    if (left == 0)
        return false;
    *marks = find_last_marks(p, left, csv->delimiters) << (WORD_BYTES - left);
    *next = csv->end;
    return true;
}

static inline size_t
take_mark(uint64_t *marks, size_t next)
{
    size_t i = next - WORD_BYTES + (size_t)__builtin_ctzll(*marks);
    *marks &= *marks - 1;
    return i;
}

/* The next mark's position; csv->end when the window has no more. */
static size_t
next_mark(struct csv *csv)
{
    while (csv->marks == 0)
        if (!load_marks(csv, &csv->marks, &csv->next))
            return csv->end;
    return take_mark(&csv->marks, csv->next);
}

static void
set_window(struct csv *csv, const char *data, size_t at, size_t end)
{
    csv->data = data;
    csv->at = csv->next = at;
    csv->end = end;
    csv->marks = 0;
}

/* Behind the row for which the carry was needed the block is read on in its
 * own place: what is left of the carry is a copy of it. */
static void
leave_carry(struct csv *csv)
{
    size_t left = csv->end - csv->at;
    csv->in_carry = false;
    set_window(csv, csv->block, csv->taken - left, csv->block_len);
}

static bool
too_long(const struct csv *csv, struct err *err)
{
    return err_set(err, ERR_INPUT, "line %lld: the row is longer than %d bytes",
                   (long long)csv->line, CSV_ROW_MAX);
}

/* More of the file: the window then holds what it held from `at` on, and more;
 * or ended is set. */
static bool
more(struct csv *csv, struct err *err)
{
    size_t left = csv->end - csv->at;
    if (left > CSV_ROW_MAX)
        return too_long(csv, err);
    if (left > 0) {
        size_t need = left + PIECE_BYTES + left;
        if (need > csv->carry_cap) {
            char *carry = xmalloc(need);
            memcpy(carry, csv->data + csv->at, left);
            free(csv->carry);
            csv->carry = carry;
            csv->carry_cap = need;
        } else {
            memmove(csv->carry, csv->data + csv->at, left);
        }
    }
    if (!csv->in_carry || csv->taken == csv->block_len) {
        if (!stream_next(csv->in, &csv->block, &csv->block_len, err))
            return err_wrap(err, "line %lld", (long long)csv->line);
        csv->taken = 0;
        csv->ended = csv->block_len == 0;
    }
    csv->in_carry = left > 0;
    if (!csv->in_carry) {
        size_t from = csv->taken;
        if (csv->after_cr && csv->block_len > 0) {
            from += csv->block[from] == '\n';
            csv->after_cr = false;
        }
        set_window(csv, csv->block, from, csv->block_len);
        return true;
    }
    size_t piece = csv->block_len - csv->taken;
    if (piece > PIECE_BYTES + left)
        piece = PIECE_BYTES + left;
    memcpy(csv->carry + left, csv->block + csv->taken, piece);
    csv->taken += piece;
    set_window(csv, csv->carry, 0, left + piece);
    return true;
}

/* MORE: the window ended first. ON: the row goes on. */
enum scan { SCAN_DONE, SCAN_MORE, SCAN_FAILED, SCAN_ON };

static enum scan
failed(struct err *err, int64_t line, const char *why)
{
    err_set(err, ERR_INPUT, "line %lld: %s", (long long)line, why);
    return SCAN_FAILED;
}

static enum scan
nul_byte(const struct csv *csv, struct err *err)
{
    return failed(err, csv->line,
                  "a NUL byte: the file is UTF-16 or no text at all; save it "
                  "as CSV in UTF-8");
}

/* The text between quotes, with single quotes for doubled ones. */
static bool
unquote(struct csv *csv, struct csv_field *f, struct err *err)
{
    if (csv->text == NULL)
        csv->text = xmalloc(CSV_ROW_MAX);
    if (csv->text_len + f->len > CSV_ROW_MAX)
        return too_long(csv, err);
    char *to = csv->text + csv->text_len;
    size_t n = 0;
    for (size_t i = 0; i < f->len; i++) {
        to[n++] = f->text[i];
        i += f->text[i] == '"';
    }
    *f = (struct csv_field){.text = to, .len = n};
    csv->text_len += n;
    return true;
}

/* Behind a closing quote at i: blanks, then the end of the field. */
static enum scan
close_field(struct csv *csv, size_t i, int64_t line, struct err *err)
{
    char delimiter = csv->options.delimiter, c;
    do {
        if (++i == csv->end)
            return csv->ended ? SCAN_DONE : SCAN_MORE;
        c = csv->data[i];
    } while (c == ' ' && c != delimiter);
    if (c == delimiter || c == '\n' || c == '\r' || c == '\0')
        return SCAN_DONE;
    return failed(err, line, "text follows the closing quote of a field");
}

static enum scan
unclosed(const struct csv *csv, int64_t line, struct err *err)
{
    if (csv->ended)
        return failed(err, line, "a quoted field is never closed");
    if (csv->end - csv->at <= CSV_ROW_MAX)
        return SCAN_MORE;
    err_set(err, ERR_INPUT,
            "line %lld: a quoted field is not closed within %d bytes",
            (long long)line, CSV_ROW_MAX);
    return SCAN_FAILED;
}

/* From the mark behind the opening quote to the end of the field. */
static enum scan
take_quoted(struct csv *csv, struct csv_field *f, struct err *err)
{
    const char *data = csv->data;
    int64_t line = csv->line + csv->lines;
    size_t from = csv->field, end = csv->end, second = 0;
    bool doubled = false;
    for (;;) {
        size_t i = next_mark(csv);
        if (i == end)
            return unclosed(csv, line, err);
        bool is_last = i + 1 == end;
        if (data[i] == '\n' ||
            (data[i] == '\r' && (is_last || data[i + 1] != '\n'))) {
            csv->lines++;
        } else if (data[i] == '\0') {
            return nul_byte(csv, err);
        } else if (data[i] == '"' && i != second) {
            if (is_last && !csv->ended)
                return SCAN_MORE;
            if (is_last || data[i + 1] != '"') {
                *f = (struct csv_field){.text = data + from + 1,
                                        .len = i - from - 1};
                if (doubled && !unquote(csv, f, err))
                    return SCAN_FAILED;
                return close_field(csv, i, csv->line + csv->lines, err);
            }
            doubled = true;
            second = i + 1;
        }
    }
}

/* Behind the line end at i, if it is one and not the end of the file. */
static void
end_line(struct csv *csv, size_t i)
{
    csv->at = i;
    if (i == csv->end)
        return;
    csv->line++;
    csv->at++;
    if (csv->data[i] == '\r') {
        csv->after_cr = csv->at == csv->end;
        csv->at += !csv->after_cr && csv->data[csv->at] == '\n';
    }
}

static enum scan
too_many(const struct csv *csv, struct err *err)
{
    err_set(err, ERR_INPUT, "line %lld: more than %zu columns",
            (long long)csv->line, csv->options.max_columns);
    return SCAN_FAILED;
}

static enum scan
end_row(struct csv *csv, size_t i, struct csv_row *row, struct err *err)
{
    *row = (struct csv_row){.line = csv->line,
                            .n = csv->n,
                            .fields = csv->fields,
                            .raw = csv->data + csv->at,
                            .raw_len = i - csv->at};
    if (row->raw_len > CSV_ROW_MAX) {
        too_long(csv, err);
        return SCAN_FAILED;
    }
    csv->line += csv->lines;
    end_line(csv, i);
    return SCAN_DONE;
}

/* The field f, before the mark at i or the window's end. */
static enum scan
end_field(struct csv *csv, struct csv_field f, size_t i, struct csv_row *row,
          struct err *err)
{
    if (i == csv->end && !csv->ended)
        return SCAN_MORE;
    char c = i < csv->end ? csv->data[i] : '\n';
    if (c == '\0')
        return nul_byte(csv, err);
    if (csv->n == csv->options.max_columns)
        return too_many(csv, err);
    csv->fields[csv->n++] = f;
    csv->field = i + 1;
    return c == csv->options.delimiter ? SCAN_ON : end_row(csv, i, row, err);
}

/* A mark that is no delimiter, or one too many; or the window's end. */
static enum scan
take_other(struct csv *csv, size_t i, struct csv_row *row, struct err *err)
{
    struct csv_field f = {.text = csv->data + csv->field,
                          .len = i - csv->field};
    char c = i < csv->end ? csv->data[i] : '\n';
    if (c == '"') {
        if (f.len > 0)
            return SCAN_ON;
        enum scan rc = take_quoted(csv, &f, err);
        return rc == SCAN_DONE ? end_field(csv, f, next_mark(csv), row, err)
                               : rc;
    }
    if (c == csv->options.delimiter)
        return too_many(csv, err);
    if (c != '\n' && c != '\r')
        return c == '\0' ? nul_byte(csv, err) : SCAN_ON;
    if (i < csv->field)
        return SCAN_ON; /* the LF of a CRLF */
    if (csv->n > 0 || f.len > 0)
        return end_field(csv, f, i, row, err);
    if (i == csv->end)
        return csv->ended ? end_row(csv, i, row, err) : SCAN_MORE;
    end_line(csv, i); /* a blank line */
    csv->field = csv->at;
    return SCAN_ON;
}

/* One row of the window, over blank lines before it; n is 0 at the end. */
static enum scan
scan_row(struct csv *csv, struct csv_row *row, struct err *err)
{
    const char *data = csv->data, delimiter = csv->options.delimiter;
    const size_t max = csv->options.max_columns;
    struct csv_field *fields = csv->fields;
    csv->field = csv->at;
    csv->n = csv->text_len = 0;
    csv->lines = 0;
    for (;;) {
        size_t field = csv->field, n = csv->n, next = csv->next, i = csv->end;
        uint64_t marks = csv->marks;
        while (marks != 0 || load_marks(csv, &marks, &next)) {
            if (marks == 0)
                continue;
            i = take_mark(&marks, next);
            if (data[i] != delimiter || n == max)
                break;
            fields[n++] =
                (struct csv_field){.text = data + field, .len = i - field};
            field = i + 1;
            i = csv->end;
        }
        csv->field = field;
        csv->n = n;
        csv->next = next;
        csv->marks = marks;
        enum scan rc = take_other(csv, i, row, err);
        if (rc != SCAN_ON)
            return rc;
    }
}

static bool
skip_lines(struct csv *csv, struct err *err)
{
    for (int64_t n = csv->options.skip_lines; n > 0;) {
        size_t i = csv->at;
        while (i < csv->end && csv->data[i] != '\n' && csv->data[i] != '\r')
            i++;
        bool is_line = i < csv->end;
        end_line(csv, i);
        n -= is_line;
        if (!is_line && (csv->ended || !more(csv, err)))
            return csv->ended;
    }
    set_window(csv, csv->data, csv->at, csv->end);
    return true;
}

static bool
start(struct csv *csv, struct err *err)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const char *bytes;
    size_t len;
    if (!stream_peek(csv->in, WORD_BYTES, &bytes, &len, err) || !more(csv, err))
        return false;
    bool is_utf16 = len >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 ||
                                 memcmp(bytes, "\xFE\xFF", 2) == 0);
    if (is_utf16)
        return err_set(err, ERR_INPUT,
                       "line 1: UTF-16 is not read; save the file as UTF-8");
    if (len >= 3 && memcmp(bytes, mark, 3) == 0)
        set_window(csv, csv->data, 3, csv->end);
    csv->started = true;
    return skip_lines(csv, err);
}

bool
csv_next(struct csv *csv, struct csv_row *row, struct err *err)
{
    if (!csv->started && !start(csv, err))
        return false;
    if (csv->in_carry)
        leave_carry(csv);
    for (;;) {
        enum scan rc = scan_row(csv, row, err);
        if (rc != SCAN_MORE)
            return rc == SCAN_DONE;
        if (!more(csv, err))
            return false;
    }
}

static bool
is_blank_char(char c)
{
    return c == ' ' || c == '\t';
}

struct csv_field
csv_trim(struct csv_field f)
{
    while (f.len > 0 && is_blank_char(f.text[0])) {
        f.text++;
        f.len--;
    }
    while (f.len > 0 && is_blank_char(f.text[f.len - 1]))
        f.len--;
    return f;
}

bool
csv_is(struct csv_field f, const char *text)
{
    return strlen(text) == f.len && memcmp(f.text, text, f.len) == 0;
}

void
csv_put(struct buf *out, char delimiter, const char *text)
{
    const char needs[] = {'"', '\n', '\r', delimiter, '\0'};
    if (text == NULL)
        return;
    if (strpbrk(text, needs) == NULL) {
        buf_adds(out, text);
        return;
    }
    buf_addc(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_addc(out, '"');
        buf_addc(out, *text);
    }
    buf_addc(out, '"');
}
