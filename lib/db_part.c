/* Statements that name one part of a partitioned table. */
#include "lib/db_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MARK[] = "%part%";

/* Nothing but the name of a part of ours gets into a statement. */
static void
check_name(const char *part)
{
    size_t len = strspn(part, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (len == 0 || len > 40 || part[len] != '\0')
        db_misuse("not the name of a part", part);
}

char *
db_part_text(enum sql_id sql, const char *part)
{
    check_name(part);
    const char *from = db_sql_text[sql], *mark = strstr(from, MARK);
    if (mark == NULL)
        db_misuse("is not about a part", db_sql_name[sql]);
    size_t size = strlen(from) + 1;
    for (const char *at = mark; at != NULL; at = strstr(at + 1, MARK))
        size += strlen(part);
    char *text = xmalloc(size), *to = text;
    for (; mark != NULL; mark = strstr(from, MARK)) {
        to += sprintf(to, "%.*s%s", (int)(mark - from), from, part);
        from = mark + strlen(MARK);
    }
    memcpy(to, from, strlen(from) + 1);
    return text;
}

bool
db_exec_part(struct db *db, enum sql_id sql, const char *part,
             struct db_args args, int64_t *n_affected, struct err *err)
{
    if (!db_ready(db, err))
        return false;
    char *text = db_part_text(sql, part);
    PGresult *res =
        PQexecParams(db->conn, text, args.n, NULL, args.v, NULL, NULL, 0);
    free(text);
    bool ok = db_is_good(res) || db_fail(db, res, db_sql_name[sql], err);
    if (ok && n_affected != NULL)
        *n_affected = strtoll(PQcmdTuples(res), NULL, 10);
    PQclear(res);
    return ok;
}
