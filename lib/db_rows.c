#include "lib/db_own.h"

#include "lib/number.h"

#include <math.h>
#include <string.h>

int
db_count(const struct db_rows *rows)
{
    return PQntuples(rows->res);
}

int
db_col(const struct db_rows *rows, const char *name)
{
    int col = PQfnumber(rows->res, name);
    if (col < 0)
        db_misuse("no such column in the result", name);
    return col;
}

const char *
db_text_at(const struct db_rows *rows, int row, int col)
{
    if (PQgetisnull(rows->res, row, col))
        return NULL;
    return PQgetvalue(rows->res, row, col);
}

int64_t
db_i64_at(const struct db_rows *rows, int row, int col)
{
    const char *text = db_text_at(rows, row, col);
    int64_t v = 0;
    if (text != NULL && !number_parse_i64(text, strlen(text), &v))
        db_misuse("not a whole number in the result", PQfname(rows->res, col));
    return v;
}

double
db_f64_at(const struct db_rows *rows, int row, int col)
{
    const char *text = db_text_at(rows, row, col);
    double v = NAN;
    if (text == NULL || strcmp(text, "NaN") == 0)
        return NAN;
    if (strcmp(text, "Infinity") == 0)
        return INFINITY;
    if (strcmp(text, "-Infinity") == 0)
        return -INFINITY;
    if (!number_parse_f64(text, strlen(text), &v))
        db_misuse("not a number in the result", PQfname(rows->res, col));
    return v;
}

bool
db_is_null(const struct db_rows *rows, int row, const char *col)
{
    return PQgetisnull(rows->res, row, db_col(rows, col));
}

const char *
db_text(const struct db_rows *rows, int row, const char *col)
{
    return db_text_at(rows, row, db_col(rows, col));
}

int64_t
db_i64(const struct db_rows *rows, int row, const char *col)
{
    return db_i64_at(rows, row, db_col(rows, col));
}

double
db_f64(const struct db_rows *rows, int row, const char *col)
{
    return db_f64_at(rows, row, db_col(rows, col));
}

bool
db_bool(const struct db_rows *rows, int row, const char *col)
{
    const char *text = db_text(rows, row, col);
    return text != NULL && strcmp(text, "t") == 0;
}
