#include "core/rowfile.h"

#include "core/rowfile_json.h"
#include "core/rowfile_time.h"
#include "core/rowfile_trades.h"
#include "lib/csv.h"
#include "lib/date.h"
#include "lib/number.h"
#include "lib/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RAW_MAX = 1024, BAD_MAX = 1024, BAD_CELL_MAX = 80 };
enum { SERIES_NONE = MAPPING_SERIES_MAX, SERIES_BAD };

struct rowfile {
    const struct mapping *m;
    struct csv *csv;
    struct rowfile_json *json;
    struct rowfile_trades *trades;
    struct rowfile_time time;
    bool drop_header;    /* the next row is no data */
    size_t n_cells_want; /* columns of a full row; 0: any number */
    size_t n_cells_need; /* up to the last column that is mapped */

    struct csv_row cells;
    size_t next_series; /* of the row in `cells`; n_series: a new row is due */
    int64_t ts;
    const char *time_bad; /* why ts could not be read; NULL */
    /* each series, where the row's symbol says which: length of its name in
     * the file, and its times */
    struct {
        size_t len;
        struct rowfile_time time;
    } * symbols;
    size_t last_symbol;

    int64_t lines, skipped;
    bool is_over;
    struct rowfile_row out;
    char bad[BAD_MAX], time_text[BAD_MAX / 2], raw[RAW_MAX + 1];
};

static void
need_column(struct rowfile *f, int column)
{
    if (column >= 0 && (size_t)column + 1 > f->n_cells_need)
        f->n_cells_need = (size_t)column + 1;
}

static void
measure_rows(struct rowfile *f)
{
    const struct mapping *m = f->m;
    need_column(f, m->time_column);
    need_column(f, m->clock_column);
    need_column(f, m->symbol_column);
    if (m->trades)
        need_column(f, m->id_column);
    for (size_t i = 0; i < m->n_series; i++)
        for (int k = 0; k < FIELD_COUNT; k++)
            need_column(f, m->series[i].column[k]);
    f->n_cells_want = m->shape == MAPPING_DELIMITED ? m->n_columns : 0;
}

static bool
open_rows(struct arena *a, struct stream *in, struct rowfile *f,
          struct err *err)
{
    if (f->m->shape != MAPPING_DELIMITED)
        return rowfile_json_open(a, in, f->m, false, &f->json, err);
    struct csv_options options = {.delimiter = f->m->delimiter,
                                  .skip_lines = f->m->skip_lines};
    f->csv = csv_open_stream(a, in, &options);
    return true;
}

bool
rowfile_open(struct arena *a, struct stream *in, const struct mapping *m,
             struct rowfile **out, struct err *err)
{
    struct rowfile *f = arena_alloc(a, sizeof *f);
    f->m = m;
    f->next_series = m->n_series;
    f->drop_header = m->shape == MAPPING_DELIMITED && m->has_header;
    rowfile_time_init(&f->time, m->time_form, m->zone,
                      m->trades ? 0 : m->interval_s);
    if (m->symbol_column >= 0) {
        f->symbols = arena_array(a, m->n_series, sizeof *f->symbols);
        for (size_t i = 0; i < m->n_series; i++) {
            const char *theirs = m->series[i].theirs;
            f->symbols[i].len = theirs != NULL ? strlen(theirs) : 0;
            f->symbols[i].time = f->time;
        }
    }
    if (m->trades)
        f->trades = rowfile_trades_new(a, m->interval_s);
    measure_rows(f);
    *out = f;
    return open_rows(a, in, f, err);
}

/* Adds "FIELD: what" to what is wrong with the row. */
static void
note_bad(struct rowfile *f, const char *field, const char *what)
{
    size_t len = strlen(f->bad);
    snprintf(f->bad + len, sizeof f->bad - len, "%s%s: %s", len > 0 ? "; " : "",
             field, what);
    f->bad[utf8_whole(f->bad, strlen(f->bad))] = '\0';
}

/* A cell as it is shown, cut where it is long. */
static void
show_cell(char *to, size_t size, const struct csv_field *cell)
{
    size_t len = cell->len < BAD_CELL_MAX ? cell->len : BAD_CELL_MAX;
    len = len < cell->len ? utf8_whole(cell->text, len) : len;
    snprintf(to, size, "%.*s%s", (int)len, cell->text,
             len < cell->len ? "..." : "");
}

static void
note_bad_cell(struct rowfile *f, const char *field,
              const struct csv_field *cell)
{
    char text[BAD_CELL_MAX + 8];
    show_cell(text, sizeof text, cell);
    note_bad(f, field, text);
}

static bool
is_empty(const struct csv_field *cell)
{
    for (size_t i = 0; i < cell->len; i++)
        if (cell->text[i] != ' ' && cell->text[i] != '\t')
            return false;
    return true;
}

/* Spreadsheets end with rows of empty cells. */
static bool
is_blank(const struct csv_row *row)
{
    for (size_t i = 0; i < row->n; i++)
        if (!is_empty(&row->fields[i]))
            return false;
    return true;
}

static bool
is_flagged(const struct rowfile *f)
{
    int column = f->m->flag_column;
    double ignored;
    return column >= 0 && (size_t)column < f->cells.n &&
           cell_number(f->cells.fields[column].text,
                       f->cells.fields[column].len, '.',
                       &ignored) != CELL_ABSENT;
}

static bool
fetch(struct rowfile *f, struct err *err)
{
    return f->csv != NULL ? csv_next(f->csv, &f->cells, err)
                          : rowfile_json_next(f->json, &f->cells, err);
}

/* The next row that holds data, into f->cells; n 0 at the end. */
static bool
fetch_data(struct rowfile *f, struct err *err)
{
    for (;;) {
        if (!fetch(f, err))
            return false;
        if (f->cells.n == 0)
            return true;
        f->lines++;
        if (f->drop_header) {
            f->drop_header = false;
            continue;
        }
        if (f->cells.fields[0].len == 0 && is_blank(&f->cells))
            continue;
        if (is_flagged(f)) {
            f->skipped++;
            continue;
        }
        return true;
    }
}

/* Cells that are too many shift all others: the row is not to be trusted. */
static bool
check_width(struct rowfile *f)
{
    size_t n = f->cells.n, want = f->n_cells_want;
    while (want > 0 && n > want && is_empty(&f->cells.fields[n - 1]))
        n--;
    if (n >= f->n_cells_need && (want == 0 || n <= want))
        return true;
    char text[80];
    snprintf(text, sizeof text, "%zu %s where %zu are expected", n,
             n == 1 ? "cell" : "cells", want > 0 ? want : f->n_cells_need);
    note_bad(f, "row", text);
    return false;
}

static void
read_time(struct rowfile *f, struct rowfile_time *t, int32_t *fraction_us)
{
    const struct csv_field *cell = &f->cells.fields[f->m->time_column];
    const struct csv_field *clock =
        f->m->clock_column >= 0 ? &f->cells.fields[f->m->clock_column] : NULL;
    char *text = f->time_text;
    size_t size = sizeof f->time_text;
    f->time_bad = NULL;
    enum rowfile_when when = rowfile_time_read(
        t, cell->text, cell->len, clock != NULL ? clock->text : NULL,
        clock != NULL ? clock->len : 0, &f->ts, fraction_us);
    if (when == ROWFILE_TIME_OK)
        return;
    f->ts = SERIES_NO_TS;
    f->time_bad = text;
    char shown[2 * BAD_CELL_MAX + 16];
    show_cell(shown, sizeof shown, cell);
    if (clock != NULL) {
        size_t len = strlen(shown);
        shown[len++] = ' ';
        show_cell(shown + len, sizeof shown - len, clock);
    }
    if (when == ROWFILE_TIME_ABSENT)
        snprintf(text, size, "missing");
    else if (when == ROWFILE_TIME_SKIPPED)
        snprintf(text, size, "%s does not exist in %s", shown, f->m->zone);
    else
        snprintf(text, size, "%s", shown);
}

static inline bool
read_number(struct rowfile *f, int column, enum mapping_field field,
            double *out)
{
    if (column < 0) {
        *out = NAN;
        return true;
    }
    const struct csv_field *cell = &f->cells.fields[column];
    enum cell_state state =
        cell_number(cell->text, cell->len, f->m->decimal, out);
    if (state == CELL_OK)
        return true;
    *out = NAN;
    if (state == CELL_ABSENT && (field == FIELD_VOLUME || is_empty(cell)))
        return true;
    note_bad_cell(f, mapping_field_name(field), cell);
    return false;
}

const char *
rowfile_raw(struct rowfile *f, size_t *len)
{
    *len = f->cells.raw_len;
    return f->cells.raw;
}

/* The row was not wholly readable: keep its text. */
static void
keep_raw(struct rowfile *f)
{
    size_t len;
    const char *raw = rowfile_raw(f, &len);
    size_t n = len < RAW_MAX ? len : RAW_MAX;
    memcpy(f->raw, raw, n);
    f->raw[n] = '\0';
    if (n < len)
        f->raw[utf8_whole(f->raw, n)] = '\0';
    f->out.row.raw = f->raw;
    f->out.row.bad = f->bad;
}

/* The numbers of one series in f->cells, with the time that was read. */
static void
read_series(struct rowfile *f, size_t series)
{
    const int *column = f->m->series[series].column;
    struct series_row *row = &f->out.row;
    f->bad[0] = '\0';
    f->out.line = f->cells.line;
    f->out.series = series;
    row->ts = f->ts;
    row->bad = row->raw = NULL;
    if (f->time_bad != NULL)
        note_bad(f, "time", f->time_bad);
    bool ok = f->time_bad == NULL;
    ok &= read_number(f, column[FIELD_CLOSE], FIELD_CLOSE, &row->close);
    if (column[FIELD_OPEN] >= 0) {
        ok &= read_number(f, column[FIELD_OPEN], FIELD_OPEN, &row->open);
        ok &= read_number(f, column[FIELD_HIGH], FIELD_HIGH, &row->high);
        ok &= read_number(f, column[FIELD_LOW], FIELD_LOW, &row->low);
    } else {
        row->open = row->high = row->low = row->close;
    }
    ok &= read_number(f, column[FIELD_VOLUME], FIELD_VOLUME, &row->volume);
    if (!ok)
        keep_raw(f);
}

/* The row as a whole is wrong, as f->bad says. */
static void
give_bad_row(struct rowfile *f)
{
    f->out.line = f->cells.line;
    f->out.series = 0;
    f->out.row = (struct series_row){.ts = SERIES_NO_TS,
                                     .open = NAN,
                                     .high = NAN,
                                     .low = NAN,
                                     .close = NAN,
                                     .volume = NAN};
    keep_raw(f);
}

static bool
is_text(const struct csv_field *cell, const char *text, size_t len)
{
    return cell->len == len && memcmp(cell->text, text, len) == 0;
}

/* The series that the row's symbol names; n_series: none. */
static size_t
find_symbol(struct rowfile *f, const struct csv_field *cell)
{
    const struct mapping *m = f->m;
    for (size_t i = 0; i < m->n_series; i++) {
        size_t at = (f->last_symbol + i) % m->n_series;
        const char *theirs = m->series[at].theirs;
        if (theirs == NULL || is_text(cell, theirs, f->symbols[at].len))
            return f->last_symbol = at;
    }
    return m->n_series;
}

static bool
is_left_out(const struct mapping *m, const struct csv_field *cell)
{
    for (size_t i = 0; i < m->n_left_out; i++)
        if (is_text(cell, m->left_out[i], strlen(m->left_out[i])))
            return true;
    return false;
}

/* The series of a row whose symbol says it. SERIES_NONE: it is left out;
 * SERIES_BAD: nobody knows it, and the bad row is there to give. */
static size_t
series_of_symbol(struct rowfile *f)
{
    struct csv_field cell = csv_trim(f->cells.fields[f->m->symbol_column]);
    size_t series = find_symbol(f, &cell);
    if (series < f->m->n_series)
        return series;
    if (is_left_out(f->m, &cell)) {
        f->skipped++;
        return SERIES_NONE;
    }
    note_bad_cell(f, "symbol", &cell);
    give_bad_row(f);
    return SERIES_BAD;
}

/* A row whose symbol says which series it is of; false: it is left out. */
static bool
give_symbol_row(struct rowfile *f)
{
    size_t series = series_of_symbol(f);
    f->next_series = f->m->n_series;
    if (series < SERIES_NONE) {
        read_time(f, &f->symbols[series].time, NULL);
        read_series(f, series);
    }
    return series != SERIES_NONE;
}

/* Whether the row has anything of a series: of one series always; of several
 * those begin and end at different times. */
static bool
has_series(const struct rowfile *f, size_t series)
{
    if (f->m->n_series == 1)
        return true;
    for (int k = 0; k < FIELD_COUNT; k++) {
        int column = f->m->series[series].column[k];
        double ignored;
        if (column >= 0 && cell_number(f->cells.fields[column].text,
                                       f->cells.fields[column].len,
                                       f->m->decimal, &ignored) != CELL_ABSENT)
            return true;
    }
    return false;
}

/* One bar row; false: there is nothing in f->cells. */
static bool
give_row(struct rowfile *f)
{
    while (f->next_series < f->m->n_series) {
        size_t series = f->next_series++;
        if (has_series(f, series)) {
            read_series(f, series);
            return true;
        }
    }
    return false;
}

static bool
next_bar(struct rowfile *f, bool *is_given, struct err *err)
{
    *is_given = true;
    while (!give_row(f)) {
        if (!fetch_data(f, err))
            return false;
        if (f->cells.n == 0) {
            *is_given = false;
            return true;
        }
        f->bad[0] = '\0';
        if (!check_width(f)) {
            give_bad_row(f);
            return true;
        }
        if (f->m->symbol_column >= 0) {
            if (give_symbol_row(f))
                return true;
            continue;
        }
        read_time(f, &f->time, NULL);
        f->next_series = 0;
    }
    return true;
}

/* One trade into its bar; true: it is bad, and the row to give. */
static bool
take_trade(struct rowfile *f)
{
    struct rowfile_trade trade = {.line = f->cells.line};
    f->bad[0] = '\0';
    if (!check_width(f)) {
        give_bad_row(f);
        return true;
    }
    size_t series = f->m->symbol_column >= 0 ? series_of_symbol(f) : 0;
    if (series >= SERIES_NONE)
        return series == SERIES_BAD;
    read_time(f, &f->time, &trade.fraction_us);
    read_series(f, series);
    if (f->out.row.bad != NULL)
        return true;
    if (isnan(f->out.row.close)) {
        note_bad(f, "close", "missing");
        keep_raw(f);
        return true;
    }
    trade.ts = f->ts;
    trade.price = f->out.row.close;
    trade.amount = f->out.row.volume;
    const struct csv_field *id =
        f->m->id_column >= 0 ? &f->cells.fields[f->m->id_column] : NULL;
    if (id != NULL && !number_parse_i64(id->text, id->len, &trade.id))
        trade.id = 0;
    if (rowfile_trades_add(f->trades, &trade))
        return false;
    note_bad(f, "row", "a trade of a bar that is finished; sort by time");
    keep_raw(f);
    return true;
}

static bool
next_of_trades(struct rowfile *f, bool *is_given, struct err *err)
{
    *is_given = true;
    while (!rowfile_trades_take(f->trades, f->is_over, &f->out.row,
                                &f->out.line)) {
        if (f->is_over) {
            *is_given = false;
            return true;
        }
        if (!fetch_data(f, err))
            return false;
        if (f->cells.n == 0)
            f->is_over = true;
        else if (take_trade(f))
            return true;
    }
    f->out.series = 0;
    return true;
}

bool
rowfile_next(struct rowfile *f, const struct rowfile_row **row, struct err *err)
{
    bool is_given = false;
    *row = NULL;
    bool ok = f->trades != NULL ? next_of_trades(f, &is_given, err)
                                : next_bar(f, &is_given, err);
    if (ok && is_given)
        *row = &f->out;
    return ok;
}

int64_t
rowfile_lines(const struct rowfile *f)
{
    return f->lines;
}

int64_t
rowfile_skipped(const struct rowfile *f)
{
    return f->skipped;
}
