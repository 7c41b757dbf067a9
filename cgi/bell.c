#include "cgi/bell.h"

#include "cgi/show.h"
#include "lib/format.h"
#include "lib/json.h"

/* Counted so far; so many or more. */
enum { ALERTS_MAX = 100 };

const char *
bell_words(struct arena *a, const struct page_user *user)
{
    if (user->alerts == 0)
        return "none";
    if (user->alerts == 1)
        return arena_printf(a, "1 %s", user->alerts_severity);
    return arena_printf(a, "%lld%s, worst %s", (long long)user->alerts,
                        user->alerts >= ALERTS_MAX ? " or more" : "",
                        user->alerts_severity);
}

const char *
bell_tone(const struct page_user *user)
{
    return show_tone(user->alerts_severity);
}

/* What pages that are open ask for on word of a change. */
bool
page_bell(struct page *p, struct err *err)
{
    (void)err;
    json_open(p->out, '{');
    json_member_i64(p->out, "count", p->user->alerts);
    json_member_str(p->out, "severity", p->user->alerts_severity);
    json_member_str(p->out, "words", bell_words(p->a, p->user));
    json_member_str(p->out, "tone", bell_tone(p->user));
    json_close(p->out, '}');
    return true;
}
