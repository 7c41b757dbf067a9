/* How the columns of a file become bars: chosen by recognition, changed by a
 * person, saved by name.
 */
#ifndef CORE_MAPPING_H
#define CORE_MAPPING_H

#include "core/cell.h"
#include "lib/arena.h"
#include "lib/err.h"

enum {
    MAPPING_SERIES_MAX = 64,
    MAPPING_COLUMNS_MAX = 4096,
};

enum mapping_field {
    FIELD_OPEN,
    FIELD_HIGH,
    FIELD_LOW,
    FIELD_CLOSE,
    FIELD_VOLUME,
    FIELD_COUNT
};

/* What the file holds. */
enum mapping_shape {
    MAPPING_DELIMITED,    /* rows of cells */
    MAPPING_JSON_ARRAYS,  /* [[t, o, h, l, c, v], ...], also inside an object */
    MAPPING_JSON_OBJECTS, /* [{"date": ..., "close": ...}, ...] likewise */
    MAPPING_JSON_MAP,     /* {"2024-02-08": {"BTC": 1.0, ...}, ...}: the key is
                           * column 0, the others are named */
};

/* One series in the file. Open, high and low all absent: a scalar series (they
 * are the close). */
struct mapping_series {
    const char *symbol; /* our instrument; NULL: still to be asked */
    const char *theirs; /* its name in the file's symbol column; NULL: any */
    int column[FIELD_COUNT]; /* from 0; -1: absent */
};

struct mapping {
    const char *format; /* a name in formats.def; "custom" */
    enum mapping_shape shape;
    char delimiter;     /* of MAPPING_DELIMITED: , ; tab or | */
    char decimal;       /* . or , */
    int64_t skip_lines; /* lines before the header, or before the first row */
    bool has_header;
    const char *rows_at; /* of the JSON shapes: the way to the rows, "" the top,
                          * "/prices" a member of it, "/chart/rows" deeper */
    const char *const *columns; /* the header's names ("column 1" without) */
    size_t n_columns;
    int time_column;
    int clock_column; /* time of day in a column of its own; -1 */
    enum cell_time time_form;
    const char *zone;   /* IANA zone of times that name none; "UTC" */
    int symbol_column;  /* -1: one row holds every series */
    int flag_column;    /* rows where this column holds a value are not bars of
                         * the series and are left out, counted; -1 */
    bool trades;        /* rows are single trades (close: price, volume: amount)
                         * and are built into bars of interval_s */
    int id_column;      /* of trades: orders those of one time; -1 */
    int32_t interval_s; /* 0: still to be asked */
    struct mapping_series *series;
    size_t n_series;
    const char *const *left_out; /* names in the symbol column whose rows are
                                  * left out, counted */
    size_t n_left_out;
};

/* The names of enum mapping_field: "open" to "volume". */
const char *mapping_field_name(enum mapping_field field);

/* As JSON, for the database, and back. Reading checks all of it: the columns
 * exist, the zone is known, the interval is one of ours.
 * fails   ERR_INPUT, naming the member */
const char *mapping_to_json(struct arena *a, const struct mapping *m);
MUST_USE bool mapping_from_json(struct arena *a, const char *text, size_t len,
                                struct mapping *out, struct err *err);

/* Nothing is left to be asked.
 * fails   ERR_INPUT: what is open, in words */
MUST_USE bool mapping_check(const struct mapping *m, struct err *err);

#endif
