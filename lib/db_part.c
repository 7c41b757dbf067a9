/* Statements that name one part of a partitioned table, and those that are made
 * of several alike. */
#include "lib/db_own.h"

#include "lib/buf.h"

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

/* Names, with ", " between: nothing that could be more than names. */
static void
check_words(const char *words)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    const char *at = words;
    size_t len;
    while ((len = strspn(at, name)) > 0 && strncmp(at + len, ", ", 2) == 0)
        at += len + 2;
    if (len == 0 || at[len] != '\0')
        db_misuse("not a list of names", words);
}

/* The section with a list's words in it. */
static void
put_section(struct buf *out, const char *from, const char *end,
            const struct db_args *list)
{
    while (from < end) {
        const char *mark = memchr(from, '%', (size_t)(end - from));
        buf_add(out, from, (size_t)((mark != NULL ? mark : end) - from));
        if (mark == NULL)
            return;
        int word = mark[1] - '1';
        if (mark[2] != '%' || word < 0 || word >= list->n)
            db_misuse("a mark that no word is for", mark);
        check_words(list->v[word]);
        buf_adds(out, list->v[word]);
        from = mark + 3;
    }
}

char *
db_each_text(enum sql_id sql, const struct db_args *lists, size_t n)
{
    static const char each[] = "%each%", last[] = "%end%";
    const char *text = db_sql_text[sql];
    const char *from = strstr(text, each), *end = strstr(text, last);
    if (from == NULL || end == NULL || n == 0)
        db_misuse("is not made of parts", db_sql_name[sql]);
    struct arena *a = arena_new();
    struct buf *out = buf_new(a);
    buf_add(out, text, (size_t)(from - text));
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_adds(out, " UNION ALL ");
        put_section(out, from + strlen(each), end, &lists[i]);
    }
    buf_adds(out, end + strlen(last));
    char *made = xmalloc(out->len + 1);
    memcpy(made, out->data, out->len + 1);
    arena_free(a);
    return made;
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
