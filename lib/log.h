/* One event a line on stderr, for journald:
 *
 *     <6>fetch.done run=1842 provider=binance rows=250 ms=83
 *
 * The event is noun.verb, then key=value; values with blanks
 * are quoted by the caller (key=\"%s\"). Never a password, token or key,
 * nor a URL that holds one. error: someone must act; warn: worked around;
 * info: a unit of work began or ended; debug: for developers.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include "lib/attr.h"

#include <stdbool.h>

EXTERN_C_BEGIN

enum log_level { LOG_ERROR = 3, LOG_WARN = 4, LOG_INFO = 6, LOG_DEBUG = 7 };

/* Drops events above this level; LOG_INFO until called. */
void log_set_level(enum log_level level);

/* The id that every following line of this thread carries as key=value, until
 * it is set again; NULL key for none. The loop sets it once per request or run.
 */
void log_set_context(const char *key, const char *value);

/* Also hands each line of this thread (event, text after it) to a sink: the
 * run's stored and live log. NULL sink for none. A sink must not log. */
typedef void log_sink_fn(void *arg, enum log_level level, const char *event,
                         const char *text);
void log_set_sink(log_sink_fn *sink, void *arg);

/* Writes one line. fmt gives the key=value pairs, "" for none. Line breaks
 * and control characters in the text become blanks. */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
    PRINTF_FMT(3, 4);

EXTERN_C_END

#endif
