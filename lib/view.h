/* Page templates, auto-escaped (Google ctemplate behind this shim).
 *
 * Every template's first line is {{%AUTOESCAPE context="HTML"}}, so values
 * are escaped for where they stand. Templates are parsed once per process and
 * kept. A struct view is one dictionary; it copies what it is given and lives
 * on the arena. A section's dictionary sees the values of those around it; an
 * included file's dictionary does not, it sees its own and those of
 * view_set_all and view_show_all.
 *
 * How values come out, by where they stand:
 *   text, title, <textarea>, quoted attribute   HTML-escaped
 *   href="{{X}}", src, action      HTML-escaped, and "#" when it begins with
 *                                  another scheme than http or https
 *   href="/q?symbol={{X:u}}"       percent-encoded, but not '/': write :u
 *                                  for every value inside a query
 *   style="width:{{X}}%"           letters, digits and a few signs stay
 *   unquoted attribute             other characters become '_': do quote
 *   <script>, onclick              in quotes as a JavaScript string, else
 *                                  null unless a number or true or false
 * A template that says :none is refused.
 *
 * Files in a folder named messages are text for mail and chats: nothing is
 * escaped there, and line one is {{! text: nothing is escaped }}. An empty line
 * is {{BI_NEWLINE}} at the end of the one before.
 */
#ifndef LIB_VIEW_H
#define LIB_VIEW_H

#include "lib/buf.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

EXTERN_C_BEGIN

struct view;

/* Reads and parses every .tpl file in the folder and below. Call once.
 * fails   ERR_INPUT: no such folder; ERR_INTERNAL: a template with a wrong
 *         first line or wrong syntax, naming it */
MUST_USE bool view_open(const char *dir, struct err *err);
/* Frees what the template cache holds (sanitizer builds). */
void view_close(void);

MUST_USE struct view *view_new(struct arena *a, const char *name);

/* {{NAME}}. NULL text leaves it unset (prints as nothing). */
void view_set(struct view *v, const char *name, const char *text);
void view_setf(struct view *v, const char *name, const char *fmt, ...)
    PRINTF_FMT(3, 4);
void view_set_i64(struct view *v, const char *name, int64_t value);

/* The same for v's root and everything in it, included files too. */
void view_set_all(struct view *v, const char *name, const char *text);
void view_show_all(struct view *v, const char *section);

/* {{#NAME}}...{{/NAME}}: view_show prints it once with v's own values;
 * view_add prints it once more with the values of the returned view. */
void view_show(struct view *v, const char *section);
struct view *view_add(struct view *v, const char *section);

/* {{>NAME}}: another template file, with the values of the returned view. */
struct view *view_include(struct view *v, const char *name, const char *file);

/* Renders file (relative to the folder) with v, appended to out.
 * fails ERR_INTERNAL: missing file or syntax, naming it */
MUST_USE bool view_render(const char *file, struct view *v, struct buf *out,
                          struct err *err);

EXTERN_C_END

#endif
