/* Who changed what, from what to what. An entry is written in the transaction
 * of the change itself, so neither is ever there without the other. */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include "lib/db.h"

/* Adds an entry; joins the caller's transaction.
 *
 * who      a user's name, or "cli:root"
 * action   noun.verb, "user.add"
 * object   what it was done to, "user:ann"
 * before, after   JSON objects, NULL where there is none; never a secret
 * address  the client's, "" when there is none
 */
MUST_USE bool audit_add(struct db *db, const char *who, const char *action,
                        const char *object, const char *before,
                        const char *after, const char *address,
                        struct err *err);

/* The same entry as a call of db_query_many, for many at once. */
struct db_call audit_call(struct arena *a, const char *who, const char *action,
                          const char *object, const char *before,
                          const char *after, const char *address);

struct audit_entry {
    int64_t id, at;
    const char *who, *action, *object, *before, *after, *address;
};

/* Which entries to list; NULL does not filter. before and after are ids at
 * the edge of a page, at most one of them given, 0 for none. who and object
 * match whole, action by its beginning ("user" finds user.add). */
struct audit_filter {
    const char *who, *action, *object;
    int64_t before, after;
    int limit;
};

/* Newest first. has_newer and has_older tell whether there are more. */
MUST_USE bool audit_list(struct arena *a, struct db *db,
                         const struct audit_filter *filter,
                         struct audit_entry **out, size_t *n, bool *has_newer,
                         bool *has_older, struct err *err);

#endif
