/* What the pages of incidents, events, deliveries, silences and channels have
 * in common. */
#ifndef CGI_INCIDENT_PAGE_H
#define CGI_INCIDENT_PAGE_H

#include "cgi/page.h"
#include "core/delivery.h"
#include "core/incident.h"

/* The path's {id}. fails  ERR_MISSING: it is none */
MUST_USE bool incident_page_id(struct page *p, const char *what, int64_t *id,
                               struct err *err);

/* "FIELD: what is wrong" beside its field, what has no field on top. */
void incident_page_refused(struct page *p, const struct err *err);

/* Where a form wants to go back to (its field "next"); NULL: nowhere. */
const char *incident_page_next(const struct page *p);

/* "" for NULL. */
const char *incident_page_text(const char *text);

/* The state that pages show: open, acked, over. */
const char *incident_state(const struct incident *i);

/* The address of a form for a silence that fits the incident. */
const char *incident_silence_url(struct arena *a, const struct incident *i);

/* One more cell of a CSV row; a time of 0 is empty. */
void incident_csv(struct buf *out, const char *text);
void incident_csv_time(struct arena *a, struct buf *out, int64_t ts);

/* Tables, each a template that v's template includes: INCIDENTS with a
 * "Change" for whoever may; LINES of events; DELIVERIES. label: the table's,
 * for those who cannot see it; next: where the forms lead back to. */
void incident_rows(struct page *p, struct view *v, const struct incident *list,
                   size_t n, const char *label, const char *next);
void incident_lines_set(struct page *p, struct view *v,
                        const struct incident_line *list, size_t n);
void delivery_rows(struct page *p, struct view *v, const struct delivery *list,
                   size_t n);

/* "opened": "Trouble"; what a message of a kind is, in words. */
const char *delivery_kind_words(const char *kind);

#endif
