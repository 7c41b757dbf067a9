/* What the files of a model's page share: page_model.c has the page,
 * page_model_pictures.c what is drawn. */
#ifndef CGI_PAGE_MODEL_OWN_H
#define CGI_PAGE_MODEL_OWN_H

#include "cgi/page.h"
#include "core/model_list.h"

/* Fitted against actual, over time and each against the other. */
MUST_USE bool page_model_fit(struct page *p, const struct model_page *m,
                             struct err *err);

/* Live errors with their band; the shadow's beside them. */
void page_model_live(struct page *p, const struct model_page *m);

/* Walk-forward folds of the newest version. */
void page_model_folds(struct page *p, const struct model_page *m);

#endif
