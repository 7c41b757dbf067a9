/* What the files of recognition share: the sample that they look at, and what
 * has been found out so far. For core/recognise*.c only.
 */
#ifndef CORE_RECOGNISE_OWN_H
#define CORE_RECOGNISE_OWN_H

#include "core/recognise.h"
#include "lib/buf.h"
#include "lib/csv.h"

enum { SAMPLE_ROWS_MAX = 2000, WORD_MAX = 64 };

struct sample_row {
    const struct csv_field *cells;
    size_t n;
    int64_t line;
};

/* The file's first and last rows as cells. */
struct sample {
    enum mapping_shape shape;
    char delimiter;
    int64_t skip_lines;
    bool has_header;
    const char *rows_at;
    const char **columns; /* as the file names them, blanks trimmed */
    size_t n_columns;
    struct sample_row *rows; /* n_head of the head, then those of the tail */
    size_t n_head, n;
    const char *preamble; /* the lines before the header */
    const char **tickers; /* of each column (yfinance); NULL: none */
    const char *symbol;   /* that the file names for all rows; NULL */
};

/* What a column is. */
enum role {
    ROLE_UNKNOWN,
    ROLE_IGNORED,
    ROLE_ADJUSTED, /* a close that is adjusted; ignored with a note */
    ROLE_TIME,
    ROLE_CLOCK,
    ROLE_SYMBOL,
    ROLE_ID,
    ROLE_SIDE,
    ROLE_FLAG,
    ROLE_FIELD, /* ROLE_FIELD + enum mapping_field */
    ROLE_OPEN = ROLE_FIELD,
    ROLE_HIGH,
    ROLE_LOW,
    ROLE_CLOSE,
    ROLE_VOLUME,
};

struct format {
    const char *name, *title;
    const char *header; /* patterns, see formats.def */
    const char *times;  /* names of cell_time, with a blank between; NULL: any
                         */
    const char *order;  /* day order of dates that leave it open */
    const char *zone;   /* of times that name none */
    const char *zone_hint; /* where that is likely, not certain */
    const char *note;
    bool is_cased; /* every header word begins with a capital or a bracket */
    bool is_bare;  /* comes without a header, too */
    bool is_json;  /* rows of JSON arrays or objects only */
    bool is_trades;
    /* what the header alone does not tell */
    bool (*fits)(const struct sample *s, const enum role *roles);
};

/* The answers that were given, by what they are about. */
struct answers {
    const char *format, *instrument, *interval, *day_order, *decimal, *zone;
    const char *delimiter, *header;
    const char *column[ROLE_VOLUME + 1]; /* by role; "" and "-": none */
    const char *const *all;              /* for instrument.NAME=SYMBOL */
    size_t n_all;
};

struct work {
    struct arena *a;
    const struct recognise_input *in;
    struct answers answers;
    struct sample sample;
    const struct format *format; /* NULL: none is known */
    enum role *roles;            /* of each column */
    const char **presets;        /* of each column: the series' symbol; NULL */
    struct recognised *out;
    struct buf *why;
    const char **notes; /* out->notes, to be written */
    int doubtful;       /* the column that may be the value; -1 */
    bool is_weak;       /* the mapping rests on shapes, not on known words */
};

/* ---- words: names without case, blanks, accents and signs ---- */

/* "Adj. Close" is adjclose, "Eröffnung" eroffnung. */
void word_fold(const char *text, size_t len, char out[WORD_MAX]);
/* What a header's word stands for; *strength: 2 the whole name, 1 a word in
 * it. */
enum role word_role(const char *name, int *strength);
const char *role_name(enum role role); /* of a field of --map: "time" */

/* ---- cells ---- */
bool field_is_number(const struct csv_field *c);
bool field_is_absent(const struct csv_field *c);
/* Of one of the forms that need no context (not Unix, not compact). */
bool field_is_time(const struct csv_field *c);
/* The cell of a column in a sample's row; an empty one where it has none. */
struct csv_field sample_cell(const struct sample *s, size_t row, size_t column);
/* The share of numbers among a column's cells that are there: 0 to 1. */
double sample_numbers(const struct sample *s, size_t column);
/* A column of numbers that has no role yet and might be a value: without
 * letters, as "8K" in a list of forms has. */
bool sample_is_value(const struct work *w, size_t column);

/* ---- steps of recognise() ---- */
MUST_USE bool sample_refuse(const struct recognise_input *in, struct err *err);
MUST_USE bool sample_delimited(struct work *w, struct err *err);
MUST_USE bool sample_json(struct work *w, struct err *err);
bool sample_is_json(const struct recognise_input *in);

MUST_USE bool answers_read(struct work *w, struct err *err);
MUST_USE bool answers_columns(struct work *w, struct err *err);

MUST_USE bool format_find(struct work *w, struct err *err);
void guess_roles(struct work *w);
bool guess_is_bars(const struct sample *s, const enum role *roles);

MUST_USE bool find_decimal(struct work *w, struct err *err);
MUST_USE bool find_time(struct work *w, struct err *err);
MUST_USE bool find_interval(struct work *w, struct err *err);
MUST_USE bool find_series(struct work *w, struct err *err);

/* The form of a column's cells, without a word on the order of day and month
 * (MDY where it is open). share: of the cells that are there. */
bool time_form_of(const struct sample *s, size_t column, enum cell_time *form,
                  double *share);
/* Seconds by the wall clock, of a row's time; false: it is none. */
bool time_local(const struct work *w, size_t row, struct cell_clock *c);

/* ---- what is said ---- */
void add_note(struct work *w, const char *fmt, ...) PRINTF_FMT(2, 3);
void add_why(struct work *w, const char *fmt, ...) PRINTF_FMT(2, 3);
struct recognise_question *add_question(struct work *w, enum question kind,
                                        const char *field);
/* The columns' names for messages: "a, b, c". */
const char *column_list(struct work *w);

#endif
