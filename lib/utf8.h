/* Text from outside made fit for the database, pages and JSON. */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include "lib/arena.h"

EXTERN_C_BEGIN

/* Bytes of the well-formed character at s (NUL-terminated text); 0 when there
 * is none.
 * source  Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences" */
size_t utf8_length(const char *s);

/* Characters of well-formed text. */
size_t utf8_count(const char *text);

/* The length of text without the character, if any, that its end cuts off: for
 * text that was cut to len bytes. */
size_t utf8_whole(const char *text, size_t len);

/* A copy of at most max bytes that is well-formed: what is not UTF-8 becomes
 * U+FFFD, control characters but line breaks and tabs become blanks. */
const char *utf8_clean(struct arena *a, const char *text, size_t max);

EXTERN_C_END

#endif
