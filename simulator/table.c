#include "simulator/table.h"

#include "lib/stream.h"

#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 1 << 30 };

bool
table_read_file(struct arena *a, const char *path, struct buf **out,
                struct err *err)
{
    struct stream *file, *plain;
    enum stream_packing packing;
    if (!stream_open_file(a, path, &file, err))
        return false;
    if (!stream_unpack(a, file, TEXT_MAX, &packing, &plain, err) ||
        !stream_read_all(a, plain, out, err))
        return err_wrap(err, "%s", path);
    return true;
}

bool
table_begin(struct arena *a, const struct buf *text, struct table *out,
            struct err *err)
{
    struct csv_row header;
    *out = (struct table){.csv = csv_open_text(a, text->data, text->len)};
    if (!csv_next(out->csv, &header, err))
        return false;
    if (header.n == 0)
        return err_set(err, ERR_INPUT, "no header line");
    out->row = buf_new(a);
    out->n_columns = header.n;
    out->columns = arena_array(a, header.n, sizeof *out->columns);
    out->fields = arena_array(a, header.n, sizeof *out->fields);
    for (size_t i = 0; i < header.n; i++)
        out->columns[i] =
            arena_strndup(a, header.fields[i].text, header.fields[i].len);
    return true;
}

bool
table_next(struct table *t, bool *end, struct err *err)
{
    struct csv_row row;
    if (!csv_next(t->csv, &row, err))
        return false;
    *end = row.n == 0;
    if (*end)
        return true;
    t->line = row.line;
    if (row.n != t->n_columns)
        return err_set(err, ERR_INPUT,
                       "line %lld: %zu fields, the header has %zu",
                       (long long)row.line, row.n, t->n_columns);
    char *to = buf_reserve(t->row, row.raw_len + row.n);
    for (size_t i = 0; i < row.n; i++) {
        memcpy(to, row.fields[i].text, row.fields[i].len);
        t->fields[i] = to;
        to += row.fields[i].len;
        *to++ = '\0';
    }
    return true;
}

int
table_column(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (strcasecmp(t->columns[i], name) == 0)
            return (int)i;
    return -1;
}
