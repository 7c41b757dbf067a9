/* Lists that are filtered by their address: the query's values, the form that
 * shows them, the links beside the table.
 *
 * What the query has that is nothing of ours is the visitor's mistake: the
 * form comes back with it (page_field_error), and nothing is listed.
 */
#ifndef CGI_FILTER_H
#define CGI_FILTER_H

#include "cgi/page.h"

enum { FILTER_PAGE_ROWS = 40, FILTER_CSV_ROWS = 1000 };

/* One of the names; NULL: absent or empty. */
const char *filter_choice(struct page *p, const char *field,
                          const char *const *names, size_t n);

/* A day's start; 0: absent or empty. */
int64_t filter_day(struct page *p, const char *field);

/* The first day's start and the end of the last; 0: open. */
void filter_days(struct page *p, int64_t *from_ts, int64_t *to_ts);

/* An id at the edge of a page; 0: none. */
int64_t filter_key(struct page *p, const char *field);

/* The instrument's symbol as it was given; NULL: any. Fills the options
 * (INSTRUMENT_OPTION with OPTION, LABEL, SELECTED) of the form. */
MUST_USE bool filter_instrument(struct page *p, const char **symbol,
                                struct err *err);

/* Options of a select: section with OPTION, LABEL (in words), SELECTED. */
void filter_options(struct page *p, const char *section,
                    const char *const *names, size_t n, const char *selected);

/* The address of this filter: the named values of the query, and with edge
 * ("before", "after") its place in the list. */
const char *filter_url(struct page *p, const char *path,
                       const char *const *fields, size_t n, const char *edge,
                       int64_t id);

/* A page of a list, newest first, of which one row more was asked for than is
 * shown. */
struct filter_page {
    const char *path; /* of the list */
    const char *const *fields;
    size_t n_fields;
    int64_t before, after;     /* the edge that was asked for */
    const char *one, *several; /* "run", "runs" */
    int64_t (*id)(const void *rows, size_t i);
};

/* Cuts that row off (*first is where the rows shown begin) and sets the
 * sections NEWER with NEWER_URL, OLDER with OLDER_URL, or WHOLE with
 * COUNT_TEXT. n is 1 or more. */
void filter_set_pages(struct page *p, struct view *v,
                      const struct filter_page *list, const void *rows,
                      size_t *first, size_t *n);

#endif
