/* The first and last rows of a delimited file: which sign divides the cells,
 * where the rows begin, and whether a header names them. */
#include "core/recognise_own.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char delimiters[] = ",;\t|";

/* What bytes are that are no text; NULL: nothing that is known. */
static const char *
binary_kind(const char *s, size_t len)
{
    static const struct {
        const char *magic;
        size_t len;
        const char *is;
    } kinds[] = {
        {"\x89PNG", 4, "a PNG picture"},
        {"\xFF\xD8\xFF", 3, "a JPEG picture"},
        {"GIF8", 4, "a GIF picture"},
        {"%PDF", 4, "a PDF document; export the table as CSV"},
        {"PK\x03\x04", 4,
         "a ZIP archive or an Excel workbook; unpack it, or save it as CSV"},
        {"PK\x05\x06", 4, "an empty ZIP archive"},
        {"\xD0\xCF\x11\xE0", 4, "an old Excel workbook; save it as CSV"},
        {"\xFF\xFE", 2, "UTF-16 text; save as UTF-8"},
        {"\xFE\xFF", 2, "UTF-16 text; save as UTF-8"},
        {"BZh", 3, "a bzip2 file; unpack it, or pack it with gzip or zstd"},
        {"\xFD\x37zXZ", 5, "an xz file; unpack it, or use gzip or zstd"},
        {"7z\xBC\xAF", 4, "a 7z archive; unpack it"},
        {"Rar!", 4, "a RAR archive; unpack it"},
        {"PAR1", 4, "a Parquet file; export it as CSV"},
        {"SQLite format 3", 15, "a SQLite database; export a table as CSV"},
        {"\x1F\x8B", 2, "gzip inside gzip; unpack it once"},
        {"\x28\xB5\x2F\xFD", 4, "zstd inside a packed file; unpack it once"},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (len >= kinds[i].len && memcmp(s, kinds[i].magic, kinds[i].len) == 0)
            return kinds[i].is;
    return NULL;
}

/* Half of the bytes of UTF-16 without a mark are zero, in one half. */
static const char *
zeros_kind(const char *s, size_t len)
{
    size_t zeros[2] = {0};
    size_t n = len < 4096 ? len : 4096;
    for (size_t i = 0; i < n; i++)
        zeros[i % 2] += s[i] == '\0';
    if (zeros[0] + zeros[1] == 0)
        return NULL;
    for (int i = 0; i < 2; i++)
        if (zeros[i] > n / 4 && zeros[1 - i] < n / 100 + 1)
            return "UTF-16 text; save as UTF-8";
    return "binary data (it has zero bytes)";
}

bool
sample_refuse(const struct recognise_input *in, struct err *err)
{
    const char *s = in->head;
    size_t len = in->head_len;
    const char *is = binary_kind(s, len);
    if (is == NULL)
        is = zeros_kind(s, len);
    if (is != NULL)
        return err_set(err, ERR_INPUT, "this is %s", is);
    if (len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
        s += 3;
        len -= 3;
    }
    while (len > 0 && isspace((unsigned char)*s)) {
        s++;
        len--;
    }
    if (len == 0)
        return err_set(err, ERR_INPUT, "the file is empty");
    if (*s == '<' && len >= 5 &&
        (strncasecmp(s, "<!doc", 5) == 0 || strncasecmp(s, "<html", 5) == 0 ||
         strncasecmp(s, "<head", 5) == 0 || strncasecmp(s, "<?xml", 5) == 0 ||
         strncasecmp(s, "<body", 5) == 0 || strncasecmp(s, "<!--", 4) == 0))
        return err_set(err, ERR_INPUT,
                       "this is a web page or XML, not a table; download the "
                       "CSV itself");
    return true;
}

/* Splitting a copy of the text into rows as lib/csv.h does, leniently. Cells
 * are ended by a NUL in it. */
struct splitter {
    struct arena *a;
    char *s, *end;
    char delimiter;
    int64_t line;
    bool is_open; /* a quote never ended */
    struct csv_field cells[MAPPING_COLUMNS_MAX];
};

static bool
ends_cell(const struct splitter *p, const char *s)
{
    return *s == p->delimiter || *s == '\n' || *s == '\r';
}

/* Takes the quotes off, in place. */
static struct csv_field
take_quoted(struct splitter *p)
{
    char *from = p->s, *to = from, *s = from + 1;
    p->is_open = true;
    for (; s < p->end; s++) {
        if (*s == '"' && (++s == p->end || *s != '"')) {
            p->is_open = false;
            break;
        }
        p->line += *s == '\n';
        *to++ = *s;
    }
    while (s < p->end && !ends_cell(p, s))
        s++;
    p->s = s;
    *to = '\0';
    return (struct csv_field){.text = from, .len = (size_t)(to - from)};
}

static struct csv_field
take_plain(struct splitter *p)
{
    char *from = p->s;
    while (p->s < p->end && !ends_cell(p, p->s))
        p->s++;
    return (struct csv_field){.text = from, .len = (size_t)(p->s - from)};
}

/* Steps over a line's end, which then ends the cell before it. */
static void
take_line_end(struct splitter *p)
{
    bool is_pair = *p->s == '\r' && p->s + 1 < p->end && p->s[1] == '\n';
    *p->s = '\0';
    p->s += is_pair ? 2 : 1;
    p->line++;
}

/* The next row that is not blank; false at the end. `whole` tells whether its
 * line's end was there. */
static bool
take_row(struct splitter *p, struct sample_row *row, bool *whole)
{
    while (p->s < p->end && (*p->s == '\n' || *p->s == '\r'))
        take_line_end(p);
    if (p->s == p->end)
        return false;
    size_t n = 0;
    row->line = p->line;
    for (;;) {
        bool is_quoted = p->s < p->end && *p->s == '"';
        struct csv_field cell = is_quoted ? take_quoted(p) : take_plain(p);
        if (n < COUNT_OF(p->cells))
            p->cells[n++] = cell;
        if (p->s == p->end || *p->s != p->delimiter)
            break;
        *p->s++ = '\0';
    }
    *whole = p->s < p->end;
    if (*whole)
        take_line_end(p);
    row->n = n;
    struct csv_field *cells = arena_array(p->a, n, sizeof *cells);
    memcpy(cells, p->cells, n * sizeof *cells);
    row->cells = cells;
    return true;
}

/* Rows of a text into rows[0..max). is_cut: its last line may be cut off. What
 * follows a quote that never ends is left to the reader, which names its line.
 */
static size_t
split(struct arena *a, struct splitter *p, const char *text, size_t len,
      char delimiter, bool is_cut, struct sample_row *rows, size_t max)
{
    p->a = a;
    p->s = arena_strndup(a, text, len);
    p->end = p->s + len;
    p->delimiter = delimiter;
    p->line = 1;
    p->is_open = false;
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        p->s += 3;
    size_t n = 0;
    bool whole;
    while (n < max && take_row(p, &rows[n], &whole) && !p->is_open)
        if (whole || !is_cut)
            n++;
    return n;
}

/* The commonest number of cells in rows of two or more; 0: there is none. */
static size_t
usual_width(const struct sample_row *rows, size_t n, size_t *share)
{
    size_t counts[MAPPING_COLUMNS_MAX + 1] = {0}, best = 0;
    for (size_t i = 0; i < n; i++)
        counts[rows[i].n]++;
    for (size_t width = 2; width < COUNT_OF(counts); width++)
        if (counts[width] > 0 && (best == 0 || counts[width] > counts[best]))
            best = width;
    *share = best > 0 ? counts[best] : 0;
    return best;
}

static bool
row_is_data(const struct sample_row *row, bool need_time)
{
    size_t times = 0, numbers = 0;
    for (size_t i = 0; i < row->n; i++) {
        const struct csv_field *c = &row->cells[i];
        bool is_number = field_is_number(c);
        numbers += is_number || (i > 0 && field_is_absent(c));
        times += field_is_time(c) || (is_number && c->len >= 8 &&
                                      strspn(c->text, "0123456789") >= 8);
    }
    return need_time ? times > 0 && numbers > 0 : numbers > 0;
}

/* The first row of values; n: there is none. */
static size_t
first_data_row(const struct sample_row *rows, size_t n, size_t width)
{
    for (int need_time = 1; need_time >= 0; need_time--)
        for (size_t i = 0; i < n; i++)
            if (rows[i].n >= 2 && rows[i].n + 1 >= width &&
                row_is_data(&rows[i], need_time == 1))
                return i;
    return n;
}

static bool
has_words(const struct sample_row *row)
{
    size_t words = 0;
    for (size_t i = 0; i < row->n; i++) {
        const struct csv_field *c = &row->cells[i];
        if (field_is_number(c) || field_is_time(c))
            return false;
        words += c->len > 0;
    }
    return words > 0;
}

static bool
first_cell_is(const struct sample_row *row, const char *word)
{
    char folded[WORD_MAX];
    word_fold(row->cells[0].text, row->cells[0].len, folded);
    return strcmp(folded, word) == 0;
}

static const char *
trimmed(struct arena *a, const struct csv_field *c)
{
    const char *s = c->text;
    size_t len = c->len;
    while (len > 0 && (isspace((unsigned char)*s) || *s == '<' || *s == '#')) {
        s++;
        len--;
    }
    while (len > 0 && (isspace((unsigned char)s[len - 1]) || s[len - 1] == '>'))
        len--;
    return arena_strndup(a, s, len);
}

static void
name_columns(struct work *w, const struct sample_row *header, size_t width)
{
    struct sample *s = &w->sample;
    s->n_columns = header != NULL && header->n > width ? header->n : width;
    s->columns = arena_array(w->a, s->n_columns, sizeof *s->columns);
    for (size_t i = 0; i < s->n_columns; i++)
        s->columns[i] =
            header != NULL && i < header->n ? trimmed(w->a, &header->cells[i])
            : header != NULL                ? ""
                             : arena_printf(w->a, "column %zu", i + 1);
}

/* The header above rows[data], if there is one: skip_lines, has_header and
 * the columns' names. yfinance writes three: Price, Ticker, Date. */
static void
find_header(struct work *w, const struct sample_row *rows, size_t data,
            size_t width)
{
    struct sample *s = &w->sample;
    const struct sample_row *header = NULL;
    if (data >= 3 && first_cell_is(&rows[data - 3], "price") &&
        first_cell_is(&rows[data - 2], "ticker")) {
        header = &rows[data - 3];
        s->skip_lines = rows[data].line - 1;
        s->tickers = arena_array(w->a, width + header->n, sizeof *s->tickers);
        for (size_t i = 1; i < width && i < rows[data - 2].n; i++)
            s->tickers[i] = trimmed(w->a, &rows[data - 2].cells[i]);
    } else if (data > 0 && rows[data - 1].n + 1 >= width &&
               has_words(&rows[data - 1])) {
        header = &rows[data - 1];
        s->has_header = true;
        s->skip_lines = header->line - 1;
    } else {
        s->skip_lines = data > 0 ? rows[data].line - 1 : 0;
    }
    const char *asked = w->answers.header;
    if (asked != NULL && (asked[0] == 'n') == s->has_header) {
        s->has_header = !s->has_header;
        header = s->has_header ? &rows[data] : NULL;
        s->skip_lines = rows[data].line - 1;
    }
    name_columns(w, header, width);
}

/* How well a delimiter divides: rows of the usual width, more for a header of
 * that width. */
static double
score(const struct sample_row *rows, size_t n, size_t *width)
{
    size_t share;
    *width = usual_width(rows, n, &share);
    if (*width == 0)
        return 0;
    size_t data = first_data_row(rows, n, *width);
    double value = (double)share / (double)n;
    if (data < n && data > 0 && rows[data - 1].n == *width)
        value += 0.5;
    if (data < n)
        value += 0.5;
    return value + 0.001 * (double)*width;
}

static bool
choose_delimiter(struct work *w, struct splitter *p, struct sample_row *rows,
                 size_t *n, size_t *width, struct err *err)
{
    const struct recognise_input *in = w->in;
    const char *asked = w->answers.delimiter;
    double best = 0;
    size_t found;
    for (const char *d = delimiters; *d != '\0'; d++) {
        if (asked != NULL && asked[0] != *d)
            continue;
        *n =
            split(w->a, p, in->head, in->head_len, *d, !in->is_whole, rows, 64);
        double value = score(rows, *n, &found);
        if (value > best) {
            best = value;
            w->sample.delimiter = *d;
            *width = found;
        }
    }
    if (best > 0)
        return true;
    return err_set(err, ERR_INPUT,
                   "this is not a table: no line has cells that are divided "
                   "by a comma, a semicolon, a tab or a bar");
}

/* The rows of the tail that are as wide as those of the head. */
static void
add_tail(struct work *w, struct splitter *p, size_t width)
{
    struct sample *s = &w->sample;
    const struct recognise_input *in = w->in;
    s->n = s->n_head;
    const char *from = in->is_whole || in->tail_len == 0
                           ? NULL
                           : memchr(in->tail, '\n', in->tail_len);
    if (from == NULL)
        return;
    size_t len = in->tail_len - (size_t)(from - in->tail);
    struct sample_row *rows = &s->rows[s->n_head];
    size_t n =
        split(w->a, p, from, len, s->delimiter, false, rows, SAMPLE_ROWS_MAX);
    for (size_t i = 0; i < n; i++)
        if (rows[i].n == width)
            s->rows[s->n++] = rows[i];
}

static const char *
first_lines(struct work *w, int64_t n)
{
    const char *from = w->in->head, *end = from + w->in->head_len;
    const char *s = from;
    for (; n > 0 && s < end; n--) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        s = stop != NULL ? stop + 1 : end;
    }
    return arena_strndup(w->a, from, (size_t)(s - from));
}

bool
sample_delimited(struct work *w, struct err *err)
{
    struct sample *s = &w->sample;
    const struct recognise_input *in = w->in;
    struct splitter *p = arena_alloc(w->a, sizeof *p);
    size_t n = 0, width = 0;
    s->shape = MAPPING_DELIMITED;
    s->rows_at = "";
    s->rows = arena_array(w->a, 2 * SAMPLE_ROWS_MAX, sizeof *s->rows);
    if (!choose_delimiter(w, p, s->rows, &n, &width, err))
        return false;
    n = split(w->a, p, in->head, in->head_len, s->delimiter, !in->is_whole,
              s->rows, SAMPLE_ROWS_MAX);
    size_t data = first_data_row(s->rows, n, width);
    if (data == n) { /* no values at all: the first wide row is the header */
        for (data = 0; data < n && s->rows[data].n != width;)
            data++;
        s->has_header = true;
        name_columns(w, &s->rows[data], width);
        if (n - data <= 1)
            return err_set(err, ERR_INPUT,
                           "the file has a header and no rows: the columns "
                           "are %s",
                           column_list(w));
        data++;
    } else {
        find_header(w, s->rows, data, width);
        data += s->has_header && s->skip_lines == s->rows[data].line - 1;
    }
    s->preamble = first_lines(w, s->skip_lines);
    s->n_head = n - data;
    memmove(s->rows, s->rows + data, s->n_head * sizeof *s->rows);
    add_tail(w, p, width);
    return true;
}
