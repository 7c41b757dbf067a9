#include "core/import_refused.h"

#include "lib/csv.h"

static const char *const added[] = {"refused_line", "refused_field",
                                    "refused_value", "refused_rule",
                                    "refused_expected"};

static bool
is_delimited(const struct mapping *m)
{
    return m->shape == MAPPING_DELIMITED;
}

static char
delimiter(const struct mapping *m)
{
    return is_delimited(m) ? m->delimiter : ',';
}

/* Cells of a row as it stands in the file. */
static size_t
count_cells(const char *raw, char between)
{
    size_t n = 1;
    bool quoted = false;
    for (; *raw != '\0'; raw++) {
        quoted ^= *raw == '"';
        n += *raw == between && !quoted;
    }
    return n;
}

void
import_refused_header(struct buf *b, const struct mapping *m)
{
    char between = delimiter(m);
    if (is_delimited(m) && !m->has_header)
        return; /* the rows have none either */
    for (size_t i = 0; is_delimited(m) && i < m->n_columns; i++) {
        if (i > 0)
            buf_addc(b, between);
        csv_put(b, between, m->columns[i]);
    }
    if (!is_delimited(m))
        buf_adds(b, "row");
    for (size_t i = 0; i < COUNT_OF(added); i++) {
        buf_addc(b, between);
        buf_adds(b, added[i]);
    }
    buf_addc(b, '\n');
}

void
import_refused_line(struct buf *b, const struct mapping *m,
                    const struct import_refusal *r)
{
    const struct doubt *d = &r->doubt;
    char between = delimiter(m);
    if (is_delimited(m)) {
        buf_adds(b, d->raw);
        for (size_t n = count_cells(d->raw, between); n < m->n_columns; n++)
            buf_addc(b, between); /* what is said stands in its own columns */
    } else {
        csv_put(b, between, d->raw);
    }
    buf_addf(b, "%c%lld", between, (long long)r->line);
    const char *const cells[] = {d->field, d->value, d->rule, d->expected};
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        buf_addc(b, between);
        csv_put(b, between, cells[i]);
    }
    buf_addc(b, '\n');
}
