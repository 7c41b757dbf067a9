/* Any bytes as a CSV file: line numbers rise, fields lie in their row or are
 * copies of its parts, a second reading gives the same, and so does reading in
 * pieces. The first bytes choose delimiter, lines to skip and the piece. */
#include "lib/csv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct pieces {
    const char *text;
    size_t len, step;
};

static bool
piece(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    struct pieces *p = arg;
    (void)err;
    *got = p->len < p->step ? p->len : p->step;
    *got = *got < size ? *got : size;
    memcpy(to, p->text, *got);
    p->text += *got;
    p->len -= *got;
    return true;
}

static size_t
add_bytes(size_t sum, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        sum = sum * 31 + (unsigned char)bytes[i];
    return sum * 31 + len;
}

/* Reads to the end or the first mistake; a sum of what was read. */
static size_t
read_all(struct csv *csv, const struct csv_options *options, struct err *err)
{
    struct csv_row row = {0};
    size_t sum = 0;
    int64_t line = options->skip_lines;
    err->kind = ERR_NONE;
    while (csv_next(csv, &row, err) && row.n > 0) {
        assert(row.line > line && csv_line(csv) >= row.line);
        assert(row.n <= options->max_columns);
        line = row.line;
        size_t cells = 0;
        for (size_t i = 0; i < row.n; i++) {
            struct csv_field f = csv_trim(row.fields[i]);
            assert(f.len <= row.fields[i].len);
            cells += row.fields[i].len;
            sum = add_bytes(sum, row.fields[i].text, row.fields[i].len);
        }
        assert(cells + row.n - 1 <= row.raw_len);
        assert(memchr(row.raw, '\0', row.raw_len) == NULL);
        sum = add_bytes(sum, row.raw, row.raw_len) + row.n;
    }
    if (row.n > 0)
        assert(err->kind == ERR_INPUT && err->text[0] != '\0');
    return sum;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size < 2)
        return 0;
    struct arena *a = arena_new();
    struct csv_options options = {.delimiter = ",;\t|"[data[0] & 3],
                                  .skip_lines = data[0] >> 2 & 3,
                                  .max_columns = data[0] >> 4};
    if (options.max_columns == 0)
        options.max_columns = CSV_COLUMNS_MAX;
    char *text = xmalloc(size - 2);
    memcpy(text, data + 2, size - 2);
    struct stream *whole = stream_open_bytes(a, text, size - 2);
    struct csv *csv = csv_open_stream(a, whole, &options);
    struct err first, second;
    size_t sum = read_all(csv, &options, &first);
    if (!csv_rewind(csv, &second))
        abort();
    assert(read_all(csv, &options, &second) == sum);
    assert(first.kind == second.kind);
    struct pieces p = {.text = text, .len = size - 2, .step = data[1] + 1u};
    struct stream *parts = stream_open_fn(a, piece, &p);
    csv = csv_open_stream(a, parts, &options);
    assert(read_all(csv, &options, &second) == sum);
    assert(first.kind == second.kind);
    assert(first.kind == ERR_NONE || strcmp(first.text, second.text) == 0);
    arena_free(a);
    free(text);
    return 0;
}
