/* The bell on every page: open incidents that nobody has acknowledged. */
#ifndef CGI_BELL_H
#define CGI_BELL_H

#include "cgi/page.h"

/* "none", "1 critical", "3, worst warning"; and the tone of show_state. */
const char *bell_words(struct arena *a, const struct page_user *user);
const char *bell_tone(const struct page_user *user);

#endif
