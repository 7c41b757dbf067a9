/* What the files of the upload's page share. */
#ifndef CGI_UPLOAD_PAGE_H
#define CGI_UPLOAD_PAGE_H

#include "cgi/page.h"
#include "core/upload.h"

struct upload_page {
    struct upload upload;
    bool is_open;            /* its mapping may be changed now */
    bool is_recognised;      /* rec is set */
    struct recognised rec;   /* of an open one */
    struct err unrecognised; /* why not */
    struct mapping mapping;  /* that the page shows */
    bool has_mapping;
};

/* The upload of the address, understood by these answers (NULL: those kept
 * with it). fails   ERR_MISSING */
MUST_USE bool upload_page_read(struct page *p, const char *const *answers,
                               size_t n_answers, struct upload_page *out,
                               struct err *err);

/* Fills the page's view; the form keeps what was posted. */
MUST_USE bool upload_page_show(struct page *p, const struct upload_page *u,
                               struct err *err);

/* The form and the preview, for upload_page_show. */
MUST_USE bool upload_page_form(struct page *p, const struct upload_page *u,
                               struct err *err);

/* "BTC-USD 1d", "BTC-USD, MSTR and mNAV 1d"; NULL: not known yet. */
const char *upload_page_into(struct page *p, const struct upload_page *u);

#endif
