/* Mappings that people saved by name: what they answered about a file, kept
 * with the file's header, so that the next file of that kind finds it. */
#ifndef CORE_SAVED_MAPPING_H
#define CORE_SAVED_MAPPING_H

#include "core/mapping.h"
#include "lib/db.h"

struct saved_mapping {
    int64_t id;
    const char *name, *header, *created_by;
    const char *const *answers; /* each "field=value" */
    size_t n_answers;
    int64_t updated_at;
};

/* The header of a file, for finding: the names of its columns, joined. From
 * the mapping that was made for it; or, where there is none yet, from the first
 * line of its bytes. NULL: it has none that could be found again. */
const char *saved_mapping_header(struct arena *a, const struct mapping *m);
const char *saved_mapping_first_line(struct arena *a, const char *head,
                                     size_t len);

/* By name. Which instrument a file of one series is for is not kept: that is
 * the file's own; nor is the name of a saved mapping.
 * header   NULL: it will not be found by itself
 * fails    ERR_INPUT: the name */
MUST_USE bool saved_mapping_save(struct db *db, const char *name,
                                 const char *header, const char *const *answers,
                                 size_t n, const char *who, const char *address,
                                 struct err *err);
/* By name; headers NULL: all, else those of one of them. */
MUST_USE bool saved_mapping_list(struct arena *a, struct db *db,
                                 const char *const *headers, size_t n_headers,
                                 struct saved_mapping **out, size_t *n,
                                 struct err *err);
/* fails   ERR_MISSING */
MUST_USE bool saved_mapping_delete(struct db *db, int64_t id, const char *who,
                                   const char *address, struct err *err);

#endif
