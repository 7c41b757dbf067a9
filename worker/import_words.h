/* What `quotemill import` says: of a question that is open, of a result, and
 * of the rows that were refused. */
#ifndef WORKER_IMPORT_WORDS_H
#define WORKER_IMPORT_WORDS_H

#include "core/import.h"
#include "core/recognise.h"

/* What is open, each with the option that answers it. */
const char *import_question_words(struct arena *a, const struct recognised *r);

struct import_report {
    const char *file;
    const struct recognised *found;
    const struct import_result *result;
    int64_t upload_id, already; /* a load of the same file; 0: none */
    bool dry_run;
};
const char *import_text(struct arena *a, const struct import_report *r);
const char *import_json(struct arena *a, const struct import_report *r);
const char *import_json_failed(struct arena *a, const char *file,
                               const struct err *why);

/* The refused rows in a file (core/import_refused.h). */
struct import_refused;
MUST_USE bool import_refused_open(struct arena *a, const char *path,
                                  struct import_refused **out, struct err *err);
/* The rows of the next file follow. */
void import_refused_file(struct import_refused *f, const struct mapping *m);
/* Forgets the rows of this file: they come once more. */
MUST_USE bool import_refused_again(struct import_refused *f, struct err *err);
MUST_USE bool import_refused_add(struct import_refused *f,
                                 const struct import_refusal *r,
                                 struct err *err);
MUST_USE bool import_refused_close(struct import_refused *f, struct err *err);

#endif
