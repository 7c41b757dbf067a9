/* The first and last rows of a JSON file: where in it they are, and what their
 * columns are called. */
#include "core/recognise_own.h"
#include "core/rowfile_json.h"
#include "lib/json.h"

#include <ctype.h>
#include <string.h>

enum { DEPTH_MAX = 6, JSON_COLUMNS_MAX = 256, NAMED_ROWS = 300 };

/* The largest list of rows that was found on a walk through the head. */
struct search {
    struct arena *a;
    const char *end;
    enum mapping_shape shape;
    const char *way;  /* NULL: nothing was found */
    const char *from; /* its first row */
    size_t bytes;
    const char *symbol;
};

bool
sample_is_json(const struct recognise_input *in)
{
    const char *s = in->head, *end = s + in->head_len;
    if (in->head_len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0)
        s += 3;
    while (s < end && isspace((unsigned char)*s))
        s++;
    if (s == end || (*s != '[' && *s != '{'))
        return false;
    char open = *s++;
    while (s < end && isspace((unsigned char)*s))
        s++;
    return s == end || *s == '"' || *s == '{' || *s == '[' || *s == ']' ||
           *s == '}' ||
           (open == '[' &&
            (isdigit((unsigned char)*s) || *s == '-' || *s == 'n'));
}

static const char *
blanks(const char *s, const char *end)
{
    while (s < end && isspace((unsigned char)*s))
        s++;
    return s;
}

static bool
is_time_key(const char *key, size_t len)
{
    struct csv_field c = {.text = key, .len = len};
    size_t digits = 0;
    while (digits < len && isdigit((unsigned char)key[digits]))
        digits++;
    return field_is_time(&c) ||
           (digits == len && (len == 8 || len == 10 || len == 13));
}

static void
take_candidate(struct search *f, enum mapping_shape shape, const char *way,
               const char *from, size_t bytes)
{
    /* the first of lists that are about as long: {"prices": [...],
     * "market_caps": [...]} */
    if (f->way != NULL && bytes <= 2 * f->bytes)
        return;
    f->shape = shape;
    f->way = way;
    f->from = from;
    f->bytes = bytes;
}

static void
take_symbol(struct search *f, const char *key, size_t len, const char *value,
            size_t value_len)
{
    char word[WORD_MAX];
    word_fold(key, len, word);
    if (f->symbol == NULL && value_len > 2 && value_len < WORD_MAX &&
        value[0] == '"' &&
        (strcmp(word, "symbol") == 0 || strcmp(word, "ticker") == 0 ||
         strcmp(word, "pair") == 0 || strcmp(word, "2symbol") == 0))
        f->symbol = arena_strndup(f->a, value + 1, value_len - 2);
}

static void walk(struct search *f, const char *s, const char *way, int depth);

/* An object: a map of times, or members to walk through. */
static void
walk_object(struct search *f, const char *s, const char *way, int depth)
{
    size_t all = rowfile_json_value(s, f->end);
    const char *first = s = blanks(s + 1, f->end);
    while (s < f->end && *s == '"') {
        size_t len = rowfile_json_value(s, f->end);
        const char *key = s + 1;
        if (len < 2 || s + len >= f->end)
            return;
        if (s == first && is_time_key(key, len - 2)) {
            take_candidate(f, MAPPING_JSON_MAP, way, first, all);
            return;
        }
        s = blanks(s + len, f->end);
        if (s == f->end || *s != ':')
            return;
        s = blanks(s + 1, f->end);
        if (s == f->end)
            return;
        size_t n = rowfile_json_value(s, f->end);
        if (n == 0)
            return;
        take_symbol(f, key, len - 2, s, n);
        if (memchr(key, '/', len - 2) == NULL)
            walk(f, s, arena_printf(f->a, "%s/%.*s", way, (int)len - 2, key),
                 depth + 1);
        s = blanks(s + n, f->end);
        if (s < f->end && *s == ',')
            s = blanks(s + 1, f->end);
    }
}

static void
walk(struct search *f, const char *s, const char *way, int depth)
{
    if (depth > DEPTH_MAX || s >= f->end)
        return;
    if (*s == '{') {
        walk_object(f, s, way, depth);
    } else if (*s == '[') {
        const char *row = blanks(s + 1, f->end);
        if (row < f->end && (*row == '[' || *row == '{'))
            take_candidate(
                f, *row == '[' ? MAPPING_JSON_ARRAYS : MAPPING_JSON_OBJECTS,
                way, row, rowfile_json_value(s, f->end));
    }
}

/* Behind the end of some row in the tail: where the next one begins. */
static const char *
find_row(const struct sample *s, const char *at, const char *end)
{
    char open = s->shape == MAPPING_JSON_ARRAYS    ? '['
                : s->shape == MAPPING_JSON_OBJECTS ? '{'
                                                   : '"';
    char close = s->shape == MAPPING_JSON_ARRAYS ? ']' : '}';
    for (; at < end; at++) {
        const char *next = blanks(at + 1, end);
        if (*at != close || next == end || *next != ',')
            continue;
        next = blanks(next + 1, end);
        if (next < end && *next == open)
            return next;
    }
    return NULL;
}

/* The names of a row's members become columns. */
static void
name_row(struct work *w, const char *raw, size_t len)
{
    struct sample *s = &w->sample;
    struct json row;
    struct err ignored;
    if (s->shape == MAPPING_JSON_MAP) {
        struct buf *whole = buf_new(w->a);
        buf_addc(whole, '{');
        buf_add(whole, raw, len);
        buf_addc(whole, '}');
        raw = whole->data;
        len = whole->len;
    }
    if (!json_parse(w->a, raw, len, &row, &ignored))
        return;
    if (s->shape == MAPPING_JSON_MAP) {
        struct json_iter it = json_iter(row);
        if (!json_next(&it))
            return;
        row = it.value;
        size_t n = json_type(row) == JSON_ARRAY    ? json_count(row)
                   : json_type(row) == JSON_OBJECT ? 0
                                                   : 1;
        while (n > 0 && s->n_columns <= n && s->n_columns < JSON_COLUMNS_MAX) {
            s->columns[s->n_columns] =
                n == 1 ? "value"
                       : arena_printf(w->a, "column %zu", s->n_columns + 1);
            s->n_columns++;
        }
    }
    if (json_type(row) != JSON_OBJECT)
        return;
    for (struct json_iter it = json_iter(row); json_next(&it);) {
        size_t i = 0;
        while (i < s->n_columns && strcmp(s->columns[i], it.key) != 0)
            i++;
        if (i == s->n_columns && i < JSON_COLUMNS_MAX)
            s->columns[s->n_columns++] = arena_strdup(w->a, it.key);
    }
}

/* Calls fn for each row of a text that begins at a row. */
static void
each_row(struct work *w, const char *from, const char *end, size_t max,
         void (*fn)(struct work *w, const struct csv_row *row))
{
    struct mapping m = {.shape = w->sample.shape,
                        .rows_at = "",
                        .columns = w->sample.columns,
                        .n_columns = w->sample.n_columns};
    static const char *const no_name = "";
    if (m.n_columns == 0) {
        m.columns = &no_name;
        m.n_columns = 1;
    }
    struct rowfile_json *j;
    struct csv_row row;
    struct err ignored;
    struct stream *in = stream_open_bytes(w->a, from, (size_t)(end - from));
    if (!rowfile_json_open(w->a, in, &m, true, &j, &ignored))
        return;
    /* the last row of a head that is cut off fails, and that is its end */
    while (max-- > 0 && rowfile_json_next(j, &row, &ignored) && row.n > 0)
        fn(w, &row);
}

static void
name_columns(struct work *w, const struct csv_row *row)
{
    struct sample *s = &w->sample;
    if (s->shape != MAPPING_JSON_ARRAYS) {
        name_row(w, row->raw, row->raw_len);
        return;
    }
    while (s->n_columns < row->n && s->n_columns < JSON_COLUMNS_MAX) {
        s->columns[s->n_columns] =
            arena_printf(w->a, "column %zu", s->n_columns + 1);
        s->n_columns++;
    }
}

static void
keep_row(struct work *w, const struct csv_row *row)
{
    struct sample *s = &w->sample;
    struct csv_field *cells = arena_array(w->a, row->n, sizeof *cells);
    for (size_t i = 0; i < row->n; i++)
        cells[i] =
            (struct csv_field){.text = arena_strndup(w->a, row->fields[i].text,
                                                     row->fields[i].len),
                               .len = row->fields[i].len};
    s->rows[s->n++] =
        (struct sample_row){.cells = cells, .n = row->n, .line = row->line};
}

bool
sample_json(struct work *w, struct err *err)
{
    const struct recognise_input *in = w->in;
    struct sample *s = &w->sample;
    struct search f = {.a = w->a, .end = in->head + in->head_len};
    const char *top = in->head;
    if (in->head_len >= 3 && memcmp(top, "\xEF\xBB\xBF", 3) == 0)
        top += 3;
    walk(&f, blanks(top, f.end), "", 0);
    if (f.way == NULL)
        return err_set(err, ERR_INPUT,
                       "this is JSON, but no list of rows was found in it "
                       "(arrays, objects, or a map by time)");
    s->shape = f.shape;
    s->rows_at = f.way;
    s->symbol = f.symbol;
    s->delimiter = ',';
    s->preamble = "";
    s->has_header = s->shape != MAPPING_JSON_ARRAYS;
    s->columns = arena_array(w->a, JSON_COLUMNS_MAX, sizeof *s->columns);
    s->rows = arena_array(w->a, 2 * SAMPLE_ROWS_MAX, sizeof *s->rows);
    if (s->shape == MAPPING_JSON_MAP)
        s->columns[s->n_columns++] = "date";
    const char *tail_end = in->tail + in->tail_len;
    const char *tail = in->is_whole ? NULL : find_row(s, in->tail, tail_end);
    each_row(w, f.from, f.end, NAMED_ROWS, name_columns);
    if (s->n_columns == 0)
        return err_set(err, ERR_INPUT, "the rows of this JSON file are empty");
    if (tail != NULL)
        each_row(w, tail, tail_end, NAMED_ROWS, name_columns);
    each_row(w, f.from, f.end, SAMPLE_ROWS_MAX, keep_row);
    s->n_head = s->n;
    if (tail != NULL)
        each_row(w, tail, tail_end, SAMPLE_ROWS_MAX, keep_row);
    return s->n > 0 || err_set(err, ERR_INPUT, "the file has no rows");
}
