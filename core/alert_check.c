/* Stored rules by themselves: what is wrong with one, and one in words. */
#include "core/alert_condition.h"
#include "core/alert_store.h"
#include "core/alert_words.h"
#include "core/interval.h"
#include "lib/format.h"
#include "lib/utf8.h"

#include <math.h>
#include <string.h>

enum { SPAN_MIN_S = 60, SPAN_MAX_S = 3653 * 86400, SUBJECT_MAX = 120 };

struct alert_stored
alert_stored_new(void)
{
    return (struct alert_stored){
        .name = "",
        .enabled = true,
        .severity = "warning",
        .rule = {.for_bars = 1, .clear = NAN},
        .threshold = NAN,
        .by_severity = true,
        .tell_resolved = true,
        .note = "",
        .value = NAN,
    };
}

/* Characters of a text that may be stored; -1: it may not. */
static int
characters(const char *text, bool may_have_lines)
{
    int n = 0;
    for (const char *s = text; *s != '\0'; n++) {
        size_t len = utf8_length(s);
        bool is_line = may_have_lines && (*s == '\n' || *s == '\t');
        if (len == 0 || n > ALERT_NOTE_MAX ||
            (len == 1 && !is_line && ((unsigned char)*s < ' ' || *s == 0x7f)))
            return -1;
        s += len;
    }
    return n;
}

static bool
is_severity(const char *text)
{
    return text != NULL &&
           (strcmp(text, "info") == 0 || strcmp(text, "warning") == 0 ||
            strcmp(text, "critical") == 0);
}

static const char *
check_words(const struct alert_stored *s, const char **field)
{
    int n = s->name != NULL ? characters(s->name, false) : 0;
    *field = "name";
    if (n < 1 || n > ALERT_NAME_MAX || s->name[strspn(s->name, " ")] == '\0')
        return "A name has 1 to 120 characters, in one line";
    *field = "severity";
    if (!is_severity(s->severity))
        return "A severity is info, warning or critical";
    *field = "note";
    n = s->note != NULL ? characters(s->note, true) : 0;
    if (n < 0 || n > ALERT_NOTE_MAX)
        return "A note has at most 2000 characters";
    return NULL;
}

/* 0, or a minute to ten years. */
static bool
is_span(int64_t seconds)
{
    return seconds == 0 || (seconds >= SPAN_MIN_S && seconds <= SPAN_MAX_S);
}

static const char *
check_telling(const struct alert_stored *s, const char **field)
{
    *field = "cooldown_s";
    if (s->rule.cooldown_s < 0 || s->rule.cooldown_s > SPAN_MAX_S)
        return "The cooldown is 0 to ten years";
    *field = "remind_s";
    if (!is_span(s->remind_s))
        return "Reminders come every minute at most and every ten years at "
               "least; 0 is none";
    *field = "escalate_s";
    if (!is_span(s->escalate_s))
        return "Escalation comes after a minute to ten years; 0 is never";
    *field = "escalate_to";
    if (s->escalate_s > 0 && s->n_escalate_to == 0)
        return "Say whom to tell when nobody acknowledges it in time";
    return NULL;
}

static const char *
check_series(const struct alert_stored *s, const char **field)
{
    static const char *const terms[] = {"left", "right", "op"};
    *field = "symbol";
    if (s->instrument_id == 0)
        return "Say which instrument it watches";
    *field = "interval";
    if (interval_name(s->rule.interval_s)[0] == '?')
        return "An interval is " INTERVAL_NAMES;
    const char *wrong = alert_rule_check(&s->rule, field);
    for (size_t i = 0; i < COUNT_OF(terms); i++)
        if (wrong != NULL && strcmp(*field, terms[i]) == 0)
            *field = "when";
    if (wrong != NULL)
        return wrong;
    *field = "no_data_s";
    if (s->rule.no_data_s > SPAN_MAX_S)
        return "The time without data is at most ten years";
    return NULL;
}

static const char *
check_pipeline(struct arena *a, const struct alert_stored *s,
               const char **field)
{
    const struct alert_condition *c =
        s->condition != NULL ? alert_condition_find(s->condition) : NULL;
    *field = "condition";
    if (c == NULL)
        return "There is no such condition";
    *field = "threshold";
    if (c->unit == NULL && !isnan(s->threshold))
        return "This condition has no threshold";
    if (!isnan(s->threshold) &&
        !(s->threshold >= c->min && s->threshold <= c->max))
        return arena_printf(a, "The threshold is %s to %s %s",
                            fmt_f64(a, c->min), fmt_f64(a, c->max), c->unit);
    *field = "subject";
    if (s->subject == NULL)
        return NULL;
    if (c->subject == NULL)
        return "This condition is about no single thing";
    int n = characters(s->subject, false);
    return n >= 0 && n <= SUBJECT_MAX ? NULL
                                      : "A subject has at most 120 characters";
}

const char *
alert_stored_check(struct arena *a, const struct alert_stored *s,
                   const char **field)
{
    const char *wrong = check_words(s, field);
    if (wrong == NULL)
        wrong = s->is_pipeline ? check_pipeline(a, s, field)
                               : check_series(s, field);
    return wrong != NULL ? wrong : check_telling(s, field);
}

/* "A disk is nearly full: below 10 percent; only /var; once" */
static const char *
pipeline_words(struct arena *a, const struct alert_stored *s)
{
    struct buf *b = buf_new(a);
    const struct alert_condition *c = alert_condition_find(s->condition);
    if (c == NULL) /* of a later version of the program */
        return s->condition;
    buf_adds(b, c->title);
    if (c->unit != NULL)
        buf_addf(b, ": %s%s %s", c->below ? "below " : "",
                 fmt_f64(a, isnan(s->threshold) ? c->threshold : s->threshold),
                 c->unit);
    if (s->subject != NULL && s->subject[0] != '\0')
        buf_addf(b, "; only %s", s->subject);
    if (s->rule.once)
        buf_adds(b, "; once");
    else if (s->rule.cooldown_s > 0)
        buf_addf(b, "; at most once in %s",
                 fmt_duration(a, (double)s->rule.cooldown_s));
    return b->data;
}

const char *
alert_stored_words(struct arena *a, const struct alert_stored *s)
{
    return s->is_pipeline ? pipeline_words(a, s)
                          : arena_printf(a, "%s, %s: %s", s->symbol,
                                         interval_name(s->rule.interval_s),
                                         s->fault_when != NULL
                                             ? s->fault_when
                                             : alert_rule_words(a, &s->rule));
}
