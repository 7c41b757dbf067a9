/* Any bytes as a CSV file: rows have fields with a NUL behind them, line
 * numbers rise, and a second reading gives the same. */
#include "lib/csv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* Reads to the end or the first mistake; a sum of what was read. */
static size_t
read_all(struct csv *csv, bool *ok)
{
    struct csv_row row = {0};
    struct err err;
    size_t sum = 0;
    int64_t line = 0;
    while ((*ok = csv_next(csv, &row, &err)) && row.n > 0) {
        assert(row.line > line);
        line = row.line;
        for (size_t i = 0; i < row.n; i++) {
            assert(row.fields[i].text[row.fields[i].len] == '\0');
            sum = sum * 31 + row.fields[i].len + strlen(row.fields[i].text);
        }
        sum = sum * 31 + row.n;
    }
    assert(*ok || (err.kind == ERR_INPUT && err.text[0] != '\0'));
    return sum;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena *a = arena_new();
    char *text = xmalloc(size + 1);
    memcpy(text, data, size);
    struct csv *csv = csv_open_text(a, text, size);
    bool first_ok, second_ok;
    struct err err;
    size_t first = read_all(csv, &first_ok);
    if (!csv_rewind(csv, &err))
        abort();
    assert(read_all(csv, &second_ok) == first && first_ok == second_ok);
    arena_free(a);
    free(text);
    return 0;
}
