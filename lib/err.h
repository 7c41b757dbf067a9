/* Why something failed: a kind, which decides what happens next, and a text
 * for people.
 *
 * A function that can fail returns bool and takes `struct err *err` last. It
 * sets err exactly when it returns false. The text is bounded and inside the
 * struct, so failing cannot fail. Inner code never logs a failure: the request
 * loop and the job loop do, once, with the whole chain.
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include "lib/attr.h"

#include <stdbool.h>

EXTERN_C_BEGIN

enum err_kind {
    ERR_NONE,
    ERR_INPUT,    /* what somebody gave is wrong; they can mend it */
    ERR_DENIED,   /* not allowed */
    ERR_MISSING,  /* no such thing */
    ERR_CONFLICT, /* somebody else was first */
    ERR_RETRY,    /* may pass: network, 429, 5xx, database away */
    ERR_INTERNAL, /* our own fault */
    ERR_KIND_COUNT,
};

/* What a job does with an item that failed. */
enum err_action { ERR_SKIP_ITEM, ERR_FAIL_RUN, ERR_TRY_AGAIN };

struct err {
    enum err_kind kind;
    char text[1024];
};

/* Sets kind and text; returns false so that callers can `return err_set(...)`.
 * Text that does not fit is cut at a character's boundary. */
bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
    PRINTF_FMT(3, 4);

/* Puts "context: " before the text, keeps the kind; returns false. */
bool err_wrap(struct err *err, const char *fmt, ...) PRINTF_FMT(2, 3);

/* Both return false, and the compiler and clang-tidy may know it. */
static inline bool
err_false(bool is_false)
{
    (void)is_false;
    return false;
}
#define err_set(...)  err_false(err_set(__VA_ARGS__))
#define err_wrap(...) err_false(err_wrap(__VA_ARGS__))

/* The table of consequences. */
const char *err_name(enum err_kind kind); /* "input", "denied", ... */
int err_http_status(enum err_kind kind);  /* 422, 403, 404, 409, ... */
enum err_action err_job_action(enum err_kind kind);

EXTERN_C_END

#endif
