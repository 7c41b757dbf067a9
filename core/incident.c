#include "core/incident.h"

#include "lib/format.h"

#include <math.h>

enum { INCIDENTS_A_MESSAGE = 100 };

bool
incident_settle(struct db *db, int64_t *told, int64_t *next_s, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok =
        db_exec(db, SQL_incident_leave, DB_NONE, NULL, err) &&
        db_exec(db, SQL_incident_close, DB_NONE, NULL, err) &&
        db_exec(db, SQL_incident_drop, DB_NONE, NULL, err) &&
        db_query_one(a, db, SQL_incident_settle,
                     DB_ARGS(fmt_i64(a, INCIDENTS_A_MESSAGE)), &rows, err);
    if (ok) {
        *told = db_i64(rows, 0, "told");
        *next_s = db_is_null(rows, 0, "next_s")
                      ? -1
                      : (int64_t)ceil(db_f64(rows, 0, "next_s"));
    }
    arena_free(a);
    return ok || err_wrap(err, "settle what is owed of incidents");
}
