/* The form of an alert rule: texts as they are typed, what they mean, and the
 * page that shows them again with what is wrong beside each field. */
#ifndef CGI_ALERT_FORM_H
#define CGI_ALERT_FORM_H

#include "cgi/page.h"
#include "core/alert_store.h"
#include "core/instrument_facts.h"

/* Fields by name; never NULL but for lists. */
struct alert_form {
    bool is_pipeline;
    const char *preset; /* that was chosen; "" on a rule that exists */
    const char *name, *severity, *note, *version;
    const char *symbol, *interval;
    const char *left, *left_bars, *op, *right, *right_bars, *number;
    const char *for_bars, *clear, *no_data;
    const char *condition, *threshold, *subject;
    const char *cooldown, *remind, *escalate;
    const char *const *channels, *const *escalate_to; /* ids */
    size_t n_channels, n_escalate_to;
    const char *span; /* of the replay */
    bool once, tell_resolved, shared, enabled;
};

/* A new rule as the address asks for it: preset, symbol, interval, condition.
 * facts: of the instrument; NULL: none was chosen. */
struct alert_form alert_form_new(struct page *p,
                                 const struct instrument_facts *facts);
struct alert_form alert_form_of(struct page *p, const struct alert_stored *s);
struct alert_form alert_form_typed(struct page *p);

/* What the form says of the rule, over what *s has already; what is wrong is
 * marked beside its field (page_field_error). */
MUST_USE bool alert_form_parse(struct page *p, const struct alert_form *f,
                               struct alert_stored *s, struct err *err);

/* Marks the field that "FIELD: what is wrong" names, in the words of JSON. */
void alert_form_mark(struct page *p, const char *text);

/* Sets the values of templates/alerts/form.tpl but for the replay. */
MUST_USE bool alert_form_show(struct page *p, const struct alert_form *f,
                              struct err *err);

/* Seconds as a person types them: "2h"; "" for none. */
const char *alert_form_span(struct arena *a, int64_t seconds);

/* What a new rule may begin as; beside these, a condition of the pipeline. */
#define ALERT_PRESET_PIPELINE "pipeline"
struct alert_preset {
    const char *name, *title;
    const char *left, *left_bars, *op, *right, *number;
    double factor; /* number: the newest close times this; 0: as it stands */
};
const struct alert_preset *alert_presets(size_t *n);

#endif
