/* The parts of an instrument's page. */
#ifndef CGI_INSTRUMENT_PAGE_H
#define CGI_INSTRUMENT_PAGE_H

#include "cgi/page.h"
#include "core/instrument_facts.h"
#include "core/series_page.h"

struct instrument_page {
    struct instrument_facts facts;
    const char *path; /* of the page, without query */
    int32_t interval_s;
    bool chosen[INDICATOR_COUNT];
    const char *indicators; /* their names, with commas; NULL: none */
    const char *as_of;      /* ISO; NULL: now */
    int64_t as_of_ts;
    struct view *chart;         /* its part of the page */
    struct series_page rows;    /* of the table */
    bool is_backward, is_paged; /* rows are oldest first; not the newest */
    struct instrument_correction *corrections; /* of the rows' times */
    size_t n_corrections;
};

/* The page's address with a place in the table ("before", "after"). */
const char *instrument_page_edge(struct page *p,
                                 const struct instrument_page *it,
                                 const char *edge, int64_t ts);

/* The table of values. */
void instrument_page_values(struct page *p, const struct instrument_page *it);

/* What it is, and who answers for it. */
void instrument_page_facts(struct page *p, const struct instrument_facts *f);

/* The bars that are missing of late, of every interval that was brought. */
MUST_USE bool instrument_page_gaps(struct page *p,
                                   const struct instrument_facts *f,
                                   struct err *err);

/* Its days' scores of late, at its own interval. */
MUST_USE bool instrument_page_quality(struct page *p,
                                      const struct instrument_facts *f,
                                      struct err *err);

/* Its alert rules, and when they fired, for the chart. */
MUST_USE bool instrument_page_alerts(struct page *p,
                                     const struct instrument_page *it,
                                     struct err *err);

#endif
