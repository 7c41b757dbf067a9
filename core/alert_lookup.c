/* What the database says of names, asked once. */
#include "core/alert_own.h"

#include <string.h>

struct alert_answer {
    enum sql_id sql;
    struct db_args args;
    struct db_rows *rows;
    struct alert_answer *next;
};

static bool
is_same(const struct alert_answer *x, enum sql_id sql, struct db_args args)
{
    bool same = x->sql == sql && x->args.n == args.n;
    for (int i = 0; same && i < args.n; i++)
        same = strcmp(x->args.v[i], args.v[i]) == 0;
    return same;
}

bool
alert_lookup(struct alert_lookups *l, enum sql_id sql, struct db_args args,
             struct db_rows **rows, struct err *err)
{
    for (const struct alert_answer *x = l->answers; x != NULL; x = x->next)
        if (is_same(x, sql, args)) {
            *rows = x->rows;
            return true;
        }
    if (!db_query(l->a, l->db, sql, args, rows, err))
        return false;
    const char **texts = arena_array(l->a, (size_t)args.n, sizeof *texts);
    for (int i = 0; i < args.n; i++)
        texts[i] = arena_strdup(l->a, args.v[i]);
    struct alert_answer *x = arena_alloc(l->a, sizeof *x);
    *x = (struct alert_answer){
        sql, {.n = args.n, .v = texts}, *rows, l->answers};
    l->answers = x;
    return true;
}
