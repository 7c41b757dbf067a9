#include "core/rowfile_json.h"

#include "lib/json.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_MAX = 1 << 20, END = -1, FAILED = -2 };

struct rowfile_json {
    struct stream *in;
    enum mapping_shape shape;
    char *data; /* read and not yet forgotten: data[at..len) is to come */
    size_t at, len, cap;
    size_t from; /* bytes from here on are still needed */
    bool is_end;
    int64_t line;
    bool is_first; /* no row was read yet */
    bool is_over;

    const char *const *columns;
    size_t n_columns;
    struct csv_field *cells;
    size_t n_cells, cells_cap, next_column;
    char *text; /* of the cells, each with a NUL */
    size_t text_len, text_cap;
    const char *raw;
    size_t raw_len;
    int64_t row_line;
};

static void
close_json(void *arg)
{
    struct rowfile_json *j = arg;
    free(j->data);
    free(j->cells);
    free(j->text);
}

static bool
fail(const struct rowfile_json *j, const char *what, struct err *err)
{
    return err_set(err, ERR_INPUT, "line %lld: %s", (long long)j->line, what);
}

/* More bytes behind those that are there. */
static bool
fill(struct rowfile_json *j, struct err *err)
{
    const char *bytes;
    size_t n;
    if (!stream_next(j->in, &bytes, &n, err))
        return false;
    j->is_end = n == 0;
    if (j->from > 0) {
        memmove(j->data, j->data + j->from, j->len - j->from);
        j->at -= j->from;
        j->len -= j->from;
        j->from = 0;
    }
    if (j->len + n > j->cap) {
        j->cap = (j->len + n) * 2;
        j->data = xrealloc(j->data, j->cap);
    }
    if (n > 0)
        memcpy(j->data + j->len, bytes, n);
    j->len += n;
    return true;
}

/* The next byte, which stays; END, or FAILED with err set. */
static int
peek(struct rowfile_json *j, struct err *err)
{
    while (j->at == j->len && !j->is_end)
        if (!fill(j, err))
            return FAILED;
    return j->at < j->len ? (unsigned char)j->data[j->at] : END;
}

/* The next byte that is not blank. */
static int
peek_token(struct rowfile_json *j, struct err *err)
{
    int c;
    while ((c = peek(j, err)) == ' ' || c == '\t' || c == '\r' || c == '\n') {
        j->line += c == '\n';
        j->at++;
    }
    return c;
}

static bool
ends_early(const struct rowfile_json *j, int c, struct err *err)
{
    return c == FAILED ? false : fail(j, "the file ends inside a value", err);
}

/* Steps over a string, whose quote is next. */
static bool
skip_string(struct rowfile_json *j, struct err *err)
{
    bool is_escaped = false;
    j->at++;
    for (;;) {
        int c = peek(j, err);
        if (c < 0)
            return ends_early(j, c, err);
        j->at++;
        j->line += c == '\n';
        if (c == '"' && !is_escaped)
            return true;
        is_escaped = c == '\\' && !is_escaped;
        if (j->at - j->from > ROW_MAX)
            return fail(j, "the row is longer than 1 MiB", err);
    }
}

static bool
is_scalar_byte(int c)
{
    return c > ' ' && c != ',' && c != ']' && c != '}' && c != ':' &&
           c != '[' && c != '{' && c != '"';
}

static bool
skip_scalar(struct rowfile_json *j, struct err *err)
{
    bool is_empty = true;
    int c;
    for (; is_scalar_byte(c = peek(j, err)); is_empty = false)
        if (++j->at - j->from > ROW_MAX)
            return fail(j, "a value is longer than 1 MiB", err);
    if (c == FAILED)
        return false;
    return !is_empty || fail(j, "this is not JSON: a value is missing", err);
}

/* Steps over a value. While no row is kept (from == at before), what is
 * stepped over is forgotten on the way. */
static bool
skip_value(struct rowfile_json *j, bool keep, struct err *err)
{
    size_t depth = 0;
    do {
        int c = peek_token(j, err);
        if (c < 0)
            return ends_early(j, c, err);
        if (!keep)
            j->from = j->at;
        if (c == '"') {
            if (!skip_string(j, err))
                return false;
        } else if (c == '[' || c == '{') {
            depth++;
            j->at++;
        } else if (c == ']' || c == '}') {
            if (depth == 0)
                return fail(j, "this is not JSON: a value is missing", err);
            depth--;
            j->at++;
        } else if (c == ',' || c == ':') {
            if (depth == 0)
                return fail(j, "this is not JSON: a value is missing", err);
            j->at++;
        } else if (!skip_scalar(j, err)) {
            return false;
        }
        if (keep && j->at - j->from > ROW_MAX)
            return fail(j, "the row is longer than 1 MiB", err);
    } while (depth > 0);
    return true;
}

/* Expects and takes one byte. */
static bool
take(struct rowfile_json *j, char expected, struct err *err)
{
    int c = peek_token(j, err);
    if (c == FAILED)
        return false;
    if (c != expected)
        return err_set(err, ERR_INPUT,
                       "line %lld: this is not JSON: '%c' is missing",
                       (long long)j->line, expected);
    j->at++;
    return true;
}

/* Goes into the member `key` (len bytes) of the object that is next. */
static bool
enter_member(struct rowfile_json *j, const char *key, size_t len,
             struct err *err)
{
    if (!take(j, '{', err))
        return false;
    for (;;) {
        int c = peek_token(j, err);
        if (c == FAILED)
            return false;
        if (c != '"')
            return err_set(err, ERR_INPUT, "there is no member \"%.*s\"",
                           (int)len, key);
        j->from = j->at;
        if (!skip_string(j, err))
            return false;
        const char *name = j->data + j->from + 1;
        bool is_it = j->at - j->from == len + 2 && memcmp(name, key, len) == 0;
        j->from = j->at;
        if (!take(j, ':', err))
            return false;
        if (is_it)
            return true;
        if (!skip_value(j, false, err))
            return false;
        c = peek_token(j, err);
        if (c == ',')
            j->at++;
    }
}

static bool
skip_bom(struct rowfile_json *j, struct err *err)
{
    while (j->len < 3 && !j->is_end)
        if (!fill(j, err))
            return false;
    if (j->len >= 3 && memcmp(j->data, "\xEF\xBB\xBF", 3) == 0)
        j->at = 3;
    return true;
}

static bool
go_to_rows(struct rowfile_json *j, const char *way, struct err *err)
{
    if (!skip_bom(j, err))
        return false;
    while (*way == '/') {
        size_t len = strcspn(way + 1, "/");
        if (!enter_member(j, way + 1, len, err))
            return false;
        way += 1 + len;
    }
    return take(j, j->shape == MAPPING_JSON_MAP ? '{' : '[', err);
}

bool
rowfile_json_open(struct arena *a, struct stream *in, const struct mapping *m,
                  bool is_inside, struct rowfile_json **out, struct err *err)
{
    struct rowfile_json *j = arena_alloc(a, sizeof *j);
    *j = (struct rowfile_json){.in = in,
                               .shape = m->shape,
                               .columns = m->columns,
                               .n_columns = m->n_columns,
                               .line = 1,
                               .is_first = true};
    j->cells_cap = m->n_columns > 16 ? m->n_columns : 16;
    j->cells = xcalloc(j->cells_cap, sizeof *j->cells);
    arena_defer(a, close_json, j);
    *out = j;
    return is_inside || go_to_rows(j, m->rows_at, err);
}

/* A cell's text begins at the end of what is there. */
static char *
cell_room(struct rowfile_json *j, size_t len)
{
    if (j->text_len + len + 1 > j->text_cap) {
        size_t was = j->text_cap;
        char *old = j->text;
        j->text_cap = (j->text_len + len + 1) * 2;
        j->text = xmalloc(j->text_cap);
        if (was > 0)
            memcpy(j->text, old, j->text_len);
        for (size_t i = 0; i < j->n_cells; i++)
            if (j->cells[i].len > 0)
                j->cells[i].text = j->text + (j->cells[i].text - old);
        free(old);
    }
    return j->text + j->text_len;
}

static unsigned
hex4(const char *s, const char *end)
{
    unsigned v = 0;
    for (int i = 0; i < 4; i++, s++) {
        if (s >= end)
            return 0xFFFD;
        char c = *s;
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 16;
        if (digit > 15)
            return 0xFFFD;
        v = v * 16 + digit;
    }
    return v;
}

static size_t
put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        to[0] = (char)(c != 0 ? c : ' ');
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c >= 0xD800 && c < 0xE000)
        c = 0xFFFD; /* halves of pairs: no number or time has them */
    to[0] = (char)(0xE0 | c >> 12);
    to[1] = (char)(0x80 | (c >> 6 & 0x3F));
    to[2] = (char)(0x80 | (c & 0x3F));
    return 3;
}

/* The text of a string between its quotes; never longer than it was. */
static size_t
unescape(const char *s, size_t len, char *to)
{
    const char *end = s + len;
    size_t n = 0;
    while (s < end) {
        if (*s != '\\' || s + 1 == end) {
            to[n++] = *s++;
            continue;
        }
        static const char letters[] = "bfnrt", plain[] = "\b\f\n\r\t";
        const char *at = s[1] != '\0' ? strchr(letters, s[1]) : NULL;
        if (s[1] == 'u') {
            n += put_utf8(to + n, hex4(s + 2, end));
            s += end - s < 6 ? end - s : 6;
            continue;
        }
        to[n++] = at != NULL ? plain[at - letters] : s[1];
        s += 2;
    }
    return n;
}

/* The value s becomes the cell at `column`. */
static void
put_cell(struct rowfile_json *j, size_t column, const char *s, size_t len)
{
    char *to = cell_room(j, len);
    size_t n = 0;
    if (len >= 2 && s[0] == '"') {
        n = unescape(s + 1, len - 2, to);
    } else if (len != 4 || memcmp(s, "null", 4) != 0) {
        memcpy(to, s, len);
        n = len;
    }
    to[n] = '\0';
    j->cells[column] = (struct csv_field){.text = n > 0 ? to : "", .len = n};
    if (n > 0)
        j->text_len += n + 1;
}

static void
begin_cells(struct rowfile_json *j, size_t n)
{
    j->text_len = 0;
    j->next_column = 0;
    j->n_cells = n;
    for (size_t i = 0; i < n; i++)
        j->cells[i] = (struct csv_field){.text = "", .len = 0};
}

size_t
rowfile_json_value(const char *s, const char *end)
{
    const char *at = s;
    size_t depth = 0;
    do {
        if (*at == '"') {
            for (at++; at < end && *at != '"'; at++)
                at += *at == '\\' && at + 1 < end;
            at += at < end;
        } else if (*at == '[' || *at == '{') {
            depth++;
            at++;
        } else if (*at == ']' || *at == '}') {
            if (depth == 0)
                break;
            depth--;
            at++;
        } else if (depth > 0) {
            at++;
        } else {
            while (at < end && is_scalar_byte((unsigned char)*at))
                at++;
        }
    } while (depth > 0 && at < end);
    return (size_t)(at - s);
}

static const char *
skip_blanks(const char *s, const char *end)
{
    while (s < end && (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n'))
        s++;
    return s;
}

/* The column of a name; names come in the same order in most rows. */
static size_t
find_column(struct rowfile_json *j, size_t first, const char *name, size_t len)
{
    for (size_t i = 0; i < j->n_columns; i++) {
        size_t at = j->next_column + i;
        if (at >= j->n_columns)
            at -= j->n_columns;
        if (at >= first && strncmp(j->columns[at], name, len) == 0 &&
            j->columns[at][len] == '\0') {
            j->next_column = at + 1;
            return at;
        }
    }
    return SIZE_MAX;
}

static bool
add_element(struct rowfile_json *j, const char *s, size_t len)
{
    if (j->n_cells == MAPPING_COLUMNS_MAX)
        return false;
    if (j->n_cells == j->cells_cap) {
        j->cells_cap *= 2;
        j->cells = xrealloc(j->cells, j->cells_cap * sizeof *j->cells);
    }
    j->cells[j->n_cells] = (struct csv_field){.text = "", .len = 0};
    j->n_cells++;
    put_cell(j, j->n_cells - 1, s, len);
    return true;
}

/* The elements of an array, or the members of an object whose names are
 * columns from `first` on; s is behind the opening bracket. */
static bool
read_elements(struct rowfile_json *j, const char *s, const char *end,
              bool has_names, size_t first, struct err *err)
{
    char close = has_names ? '}' : ']';
    s = skip_blanks(s, end);
    while (s < end && *s != close) {
        size_t column = SIZE_MAX;
        if (has_names) {
            size_t n = *s == '"' ? rowfile_json_value(s, end) : 0;
            if (n < 2)
                return fail(j, "this is not JSON: a name is missing", err);
            column = find_column(j, first, s + 1, n - 2);
            s = skip_blanks(s + n, end);
            if (s == end || *s++ != ':')
                return fail(j, "this is not JSON: ':' is missing", err);
            s = skip_blanks(s, end);
        }
        size_t n = rowfile_json_value(s, end);
        if (n == 0)
            return fail(j, "this is not JSON: a value is missing", err);
        if (has_names && column != SIZE_MAX)
            put_cell(j, column, s, n);
        if (!has_names && !add_element(j, s, n))
            return fail(j, "the row has more than 4096 values", err);
        s = skip_blanks(s + n, end);
        if (s < end && *s == ',')
            s = skip_blanks(s + 1, end);
        else if (s < end && *s != close)
            return fail(j, "this is not JSON: ',' is missing", err);
    }
    return true;
}

/* The cells of a row's text. */
static bool
read_cells(struct rowfile_json *j, struct err *err)
{
    const char *s = j->raw, *end = s + j->raw_len;
    bool is_map = j->shape == MAPPING_JSON_MAP;
    begin_cells(j, j->shape == MAPPING_JSON_ARRAYS ? 0 : j->n_columns);
    if (is_map) {
        size_t n = rowfile_json_value(s, end);
        put_cell(j, 0, s, n);
        s = skip_blanks(s + n, end);
        s = skip_blanks(s + 1, end); /* the colon was seen */
    }
    if (*s == '{' && j->shape != MAPPING_JSON_ARRAYS)
        return read_elements(j, s + 1, end, true, is_map, err);
    if (*s == '[' && j->shape != MAPPING_JSON_OBJECTS) {
        j->n_cells = is_map;
        if (!read_elements(j, s + 1, end, false, 0, err))
            return false;
        if (j->n_cells == 0) /* [] is a row, too */
            j->cells[j->n_cells++] = (struct csv_field){.text = ""};
        return true;
    }
    j->n_cells = is_map;
    return add_element(j, s, (size_t)(end - s)) ||
           fail(j, "the row has more than 4096 values", err);
}

/* Takes what stands between two rows, and the end.
 * fails   as rowfile_json_next */
static bool
next_is_row(struct rowfile_json *j, bool *is_row, struct err *err)
{
    char close = j->shape == MAPPING_JSON_MAP ? '}' : ']';
    int c = peek_token(j, err);
    if (c == ',' && !j->is_first) {
        j->at++;
        c = peek_token(j, err);
    } else if (c >= 0 && c != close && !j->is_first) {
        return fail(j, "this is not JSON: ',' is missing", err);
    }
    if (c < 0)
        return ends_early(j, c, err);
    *is_row = c != close;
    return true;
}

static bool
skip_name(struct rowfile_json *j, struct err *err)
{
    int c = peek(j, err);
    if (c == FAILED)
        return false;
    if (c != '"')
        return fail(j, "this is not JSON: a name is missing", err);
    return skip_string(j, err) && take(j, ':', err);
}

bool
rowfile_json_next(struct rowfile_json *j, struct csv_row *row, struct err *err)
{
    bool is_row = false;
    *row = (struct csv_row){.line = j->line};
    j->from = j->at;
    if (j->is_over)
        return true;
    if (!next_is_row(j, &is_row, err))
        return false;
    j->is_first = false;
    if (!is_row) {
        j->is_over = true;
        return true;
    }
    j->from = j->at;
    j->row_line = j->line;
    if (j->shape == MAPPING_JSON_MAP && !skip_name(j, err))
        return false;
    if (!skip_value(j, true, err))
        return false;
    j->raw = j->data + j->from;
    j->raw_len = j->at - j->from;
    if (!read_cells(j, err))
        return false;
    *row = (struct csv_row){.line = j->row_line,
                            .n = j->n_cells,
                            .fields = j->cells,
                            .raw = j->raw,
                            .raw_len = j->raw_len};
    return true;
}
