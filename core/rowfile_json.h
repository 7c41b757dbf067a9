/* The rows of a JSON file, one after the other in constant memory, as cells
 * like those of a CSV file.
 *
 * Strings come unescaped, numbers, true and false as written, null as an empty
 * cell, arrays and objects inside a row as their text. Part of core/rowfile.h;
 * recognition reads its sample with it.
 */
#ifndef CORE_ROWFILE_JSON_H
#define CORE_ROWFILE_JSON_H

#include "core/mapping.h"
#include "lib/csv.h"
#include "lib/stream.h"

struct rowfile_json;

/* Rows of a delimited shape's opposite: one of the JSON shapes.
 *
 * m          shape, rows_at and (but for arrays) columns are looked at
 * is_inside  `in` begins at a row instead of at the top
 * fails      ERR_INPUT: there is no such array or object in the file
 */
MUST_USE bool rowfile_json_open(struct arena *a, struct stream *in,
                                const struct mapping *m, bool is_inside,
                                struct rowfile_json **out, struct err *err);

/* The next row, borrowed until the next call; n 0 at the end; raw of a map's
 * row has its key. A row that is
 * no array or object comes as one cell.
 * fails   ERR_INPUT, naming the line: not JSON, a row over 1 MiB, the file
 *         ends inside */
MUST_USE bool rowfile_json_next(struct rowfile_json *j, struct csv_row *row,
                                struct err *err);

/* The length of the JSON value at s (no blanks before it): to `end` where it
 * is cut off; 0 where there is none. Brackets are counted, nothing more is
 * checked. */
size_t rowfile_json_value(const char *s, const char *end);

#endif
