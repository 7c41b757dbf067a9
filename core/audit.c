#include "core/audit.h"

#include "lib/format.h"

#include <string.h>

bool
audit_add(struct db *db, const char *who, const char *action,
          const char *object, const char *before, const char *after,
          const char *address, struct err *err)
{
    return db_exec(db, SQL_audit_add,
                   DB_ARGS(who, action, object, before, after, address), NULL,
                   err);
}

struct db_call
audit_call(struct arena *a, const char *who, const char *action,
           const char *object, const char *before, const char *after,
           const char *address)
{
    const char *const all[] = {who, action, object, before, after, address};
    const char **args = arena_array(a, COUNT_OF(all), sizeof *args);
    memcpy(args, all, sizeof all);
    return (struct db_call){.sql = SQL_audit_add,
                            .args = {.n = COUNT_OF(all), .v = args}};
}

static struct audit_entry
entry_read(const struct db_rows *rows, int i)
{
    return (struct audit_entry){
        .id = db_i64(rows, i, "id"),
        .at = db_i64(rows, i, "at"),
        .who = db_text(rows, i, "who"),
        .action = db_text(rows, i, "action"),
        .object = db_text(rows, i, "object"),
        .before = db_text(rows, i, "before"),
        .after = db_text(rows, i, "after"),
        .address = db_text(rows, i, "address"),
    };
}

bool
audit_list(struct arena *a, struct db *db, const struct audit_filter *filter,
           struct audit_entry **out, size_t *n, bool *has_newer,
           bool *has_older, struct err *err)
{
    struct db_rows *rows;
    bool is_newer = filter->after > 0;
    int64_t edge = is_newer ? filter->after : filter->before;
    /* One more than asked for tells whether there are more on that side. */
    if (!db_query(a, db, is_newer ? SQL_audit_list_newer : SQL_audit_list,
                  DB_ARGS(filter->who, filter->action, filter->object,
                          edge > 0 ? fmt_i64(a, edge) : NULL,
                          fmt_i64(a, filter->limit + 1)),
                  &rows, err))
        return false;
    int count = db_count(rows);
    bool is_more = count > filter->limit;
    if (is_more)
        count = filter->limit;
    *n = (size_t)count;
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < count; i++)
        (*out)[i] = entry_read(rows, is_newer ? count - 1 - i : i);
    /* Where somebody paged from, there is what they paged away from. */
    *has_newer = is_newer ? is_more : filter->before > 0;
    *has_older = is_newer || is_more;
    return true;
}
