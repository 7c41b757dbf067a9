/* Memory that lives as long as one unit of work.
 *
 * A request, or one source in a run, gets one arena; the loop that made it is
 * the only code that frees it, so every early return is safe. Outside handles
 * (results, files, documents) are tied to the arena with arena_defer the
 * moment they are had. Running out of memory aborts the process: no function
 * here fails. In sanitizer builds every block is its own malloc, so that
 * AddressSanitizer still sees overruns.
 */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include "lib/attr.h"

#include <stdarg.h>
#include <stddef.h>

EXTERN_C_BEGIN

struct arena;

/* A new, empty arena. */
MUST_USE struct arena *arena_new(void);

/* Runs the deferred calls, newest first, and frees everything. NULL is fine. */
void arena_free(struct arena *a);

/* Like arena_free and arena_new in one: deferred calls run, the memory is
 * given back but for one chunk that is kept for the next unit of work. */
void arena_reset(struct arena *a);

/* Zeroed memory, aligned for any type. size 0 gives a valid unique pointer. */
MUST_USE void *arena_alloc(struct arena *a, size_t size);

/* Zeroed memory for n elements; aborts when n * size overflows. */
MUST_USE void *arena_array(struct arena *a, size_t n, size_t size);

/* Copies of text, NUL-terminated. arena_strdup(NULL) is NULL. */
MUST_USE char *arena_strdup(struct arena *a, const char *s);
MUST_USE char *arena_strndup(struct arena *a, const char *s, size_t len);
MUST_USE char *arena_printf(struct arena *a, const char *fmt, ...)
    PRINTF_FMT(2, 3);
MUST_USE char *arena_vprintf(struct arena *a, const char *fmt, va_list args);

/* Calls fn(arg) when the arena is freed or reset; newest first. */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

/* malloc and realloc that abort when memory is out; for long-lived objects. */
MUST_USE void *xmalloc(size_t size);
MUST_USE void *xcalloc(size_t n, size_t size);
MUST_USE void *xrealloc(void *p, size_t size);
MUST_USE char *xstrdup(const char *s);

EXTERN_C_END

#endif
