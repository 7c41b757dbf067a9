#include "lib/err.h"

#include "lib/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The macros are for callers. */
#undef err_set
#undef err_wrap

static const struct {
    const char *name;
    int http_status;
    enum err_action action;
} consequence[ERR_KIND_COUNT] = {
    [ERR_NONE] = {"none", 200, ERR_SKIP_ITEM},
    [ERR_INPUT] = {"input", 422, ERR_SKIP_ITEM},
    [ERR_DENIED] = {"denied", 403, ERR_FAIL_RUN},
    [ERR_MISSING] = {"missing", 404, ERR_SKIP_ITEM},
    [ERR_CONFLICT] = {"conflict", 409, ERR_SKIP_ITEM},
    [ERR_RETRY] = {"retry", 503, ERR_TRY_AGAIN},
    [ERR_INTERNAL] = {"internal", 500, ERR_FAIL_RUN},
};

/* A cut text must not end inside a UTF-8 character. */
static void
cut_cleanly(char *text)
{
    text[utf8_whole(text, strlen(text))] = '\0';
}

bool
err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    char text[sizeof err->text]; /* an argument may be err->text itself */
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    cut_cleanly(text);
    err->kind = kind;
    memcpy(err->text, text, sizeof text);
    return false;
}

bool
err_wrap(struct err *err, const char *fmt, ...)
{
    char text[sizeof err->text];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    size_t used = len < 0 ? 0 : (size_t)len;
    if (used < sizeof text)
        snprintf(text + used, sizeof text - used, ": %s", err->text);
    cut_cleanly(text);
    memcpy(err->text, text, sizeof text);
    return false;
}

const char *
err_name(enum err_kind kind)
{
    return consequence[kind].name;
}

int
err_http_status(enum err_kind kind)
{
    return consequence[kind].http_status;
}

enum err_action
err_job_action(enum err_kind kind)
{
    return consequence[kind].action;
}
