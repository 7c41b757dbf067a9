/* What the pages of the quarantine desk share: decisions in forms, and what is
 * said after one. */
#ifndef CGI_QUARANTINE_PAGE_H
#define CGI_QUARANTINE_PAGE_H

#include "cgi/page.h"
#include "core/desk.h"

/* accept, correct, reject, reopen; false when it is none of them. */
bool quarantine_verdict(const char *text, enum desk_verdict *out);

/* "accepted", "corrected", "rejected", "reopened". */
const char *quarantine_done(enum desk_verdict verdict);

/* Ends the sentence of what was decided: " 2 were left: ... Run 9 is queued
 * ..."; "" when there is nothing to add. */
const char *quarantine_follows(struct arena *a,
                               const struct desk_result *result);

/* Marks a note that is too long. */
void quarantine_check_note(struct page *p, const char *field, const char *note);

#endif
