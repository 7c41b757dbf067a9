#include "cgi/quarantine_page.h"

#include "cgi/show.h"
#include "lib/format.h"

#include <string.h>

static const struct {
    const char *name, *done;
} verdicts[] = {
    [DESK_ACCEPT] = {"accept", "accepted"},
    [DESK_CORRECT] = {"correct", "corrected"},
    [DESK_REJECT] = {"reject", "rejected"},
    [DESK_REOPEN] = {"reopen", "reopened"},
};

bool
quarantine_verdict(const char *text, enum desk_verdict *out)
{
    for (size_t i = 0; text != NULL && i < COUNT_OF(verdicts); i++) {
        *out = (enum desk_verdict)i;
        if (strcmp(text, verdicts[i].name) == 0)
            return true;
    }
    return false;
}

const char *
quarantine_done(enum desk_verdict verdict)
{
    return verdicts[verdict].done;
}

const char *
quarantine_follows(struct arena *a, const struct desk_result *r)
{
    const char *left =
        r->left == NULL
            ? ""
            : arena_printf(a, " %s left as before: %s.",
                           fmt_plural(a, r->n_left, "row was", "rows were"),
                           r->left);
    if (r->run_id == 0)
        return left;
    return arena_printf(
        a,
        r->run_is_new ? "%s Run %lld is queued: it brings indicators, features "
                        "and models up to date."
                      : "%s Run %lld, which is queued already, will bring "
                        "indicators, features and models up to date.",
        left, (long long)r->run_id);
}

void
quarantine_check_note(struct page *p, const char *field, const char *note)
{
    if (note != NULL && show_length(note) > DESK_NOTE_MAX)
        page_field_error(p, field,
                         arena_printf(p->a,
                                      "The note is longer than %d characters",
                                      DESK_NOTE_MAX));
}
