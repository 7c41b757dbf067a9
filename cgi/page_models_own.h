/* What the files of the list of models share: page_models.c has the list,
 * page_model_new.c the form beneath it. */
#ifndef CGI_PAGE_MODELS_OWN_H
#define CGI_PAGE_MODELS_OWN_H

#include "cgi/page.h"

/* The list and the form. wrong: the field that text is said of; NULL: none. */
MUST_USE bool page_models_fill(struct page *p, const char *wrong,
                               const char *text, struct err *err);

/* The form of a new model, for operators; of a POST with what was typed. */
void page_model_form(struct page *p, const char *wrong, const char *text);

#endif
