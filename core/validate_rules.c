/* The rules as the tables validation_rule and instrument_rule have them. */
#include "core/validate.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

static enum validate_severity
severity_of(const char *name)
{
    return strcmp(name, "refuse") == 0 ? VALIDATE_REFUSE
           : strcmp(name, "flag") == 0 ? VALIDATE_FLAG
                                       : VALIDATE_OFF;
}

bool
validate_rules_get(struct db *db, int64_t instrument_id,
                   struct validate_rules *out, struct err *err)
{
    for (size_t r = 0; r < VALIDATE_RULE_COUNT; r++) {
        out->rule[r].severity = VALIDATE_OFF;
        out->rule[r].threshold = NAN;
    }
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok =
        db_query(a, db, SQL_validation_rule_list,
                 DB_ARGS(instrument_id == 0 ? NULL : fmt_i64(a, instrument_id)),
                 &rows, err);
    for (int i = 0; ok && i < db_count(rows); i++)
        for (enum validate_rule r = 0; r < VALIDATE_RULE_COUNT; r++) {
            if (strcmp(db_text(rows, i, "name"), validate_rule_name(r)) != 0)
                continue;
            out->rule[r].severity = severity_of(db_text(rows, i, "severity"));
            out->rule[r].threshold = db_f64(rows, i, "threshold");
        }
    arena_free(a);
    return ok;
}
