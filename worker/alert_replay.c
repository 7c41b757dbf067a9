/* quotemill alert replay: what a rule would have done over stored bars. */
#include "core/alert_history.h"
#include "core/alert_words.h"
#include "core/interval.h"
#include "core/series_page.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/number.h"
#include "worker/alert_action.h"
#include "worker/mill_due.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct options {
    struct series_page_words words;
    struct series_page_ask what;
    const char *when, *for_bars, *clear, *cooldown, *no_data;
    bool json;
    struct alert_rule rule;
};

static bool
read_options(struct command *c, struct options *o, struct err *err)
{
    const struct command_option options[] = {
        {.name = "when", .value = &o->when},
        {.name = "for", .value = &o->for_bars},
        {.name = "clear", .value = &o->clear},
        {.name = "cooldown", .value = &o->cooldown},
        {.name = "no-data", .value = &o->no_data},
        {.name = "once", .flag = &o->rule.once},
        {.name = "interval", .value = &o->words.interval},
        {.name = "from", .value = &o->words.from},
        {.name = "to", .value = &o->words.to},
        {.name = "json", .flag = &o->json},
    };
    const char **words = command_room(c);
    size_t n;
    if (!command_options(c, options, COUNT_OF(options), words, &n, err))
        return false;
    if (n != 2)
        return command_usage(c, err, "which instrument? (see --help)");
    if (o->when == NULL)
        return command_usage(c, err, "which rule? --when \"close above 100\"");
    o->words.symbol = words[1];
    return true;
}

/* The rule of the options, but for the interval. */
static bool
read_rule(struct command *c, struct options *o, struct err *err)
{
    struct alert_rule *r = &o->rule;
    int64_t for_bars = 1;
    r->clear = NAN;
    if (o->for_bars != NULL &&
        (!number_parse_i64(o->for_bars, strlen(o->for_bars), &for_bars) ||
         for_bars < 1 || for_bars > ALERT_FOR_MAX))
        return command_usage(c, err, "--for %.40s: give 1 to %d", o->for_bars,
                             ALERT_FOR_MAX);
    if (o->clear != NULL &&
        !number_parse_f64(o->clear, strlen(o->clear), &r->clear))
        return command_usage(c, err, "--clear %.40s: give a number", o->clear);
    r->for_bars = (int)for_bars;
    if (alert_condition_parse(o->when, r, err) &&
        (o->cooldown == NULL ||
         alert_duration_parse(o->cooldown, &r->cooldown_s, err)) &&
        (o->no_data == NULL ||
         alert_duration_parse(o->no_data, &r->no_data_s, err)))
        return true;
    c->exit_code = EXIT_USAGE;
    return false;
}

/* Understands symbol, interval and span, and looks at the rule as a whole. */
static bool
read_span(struct command *c, struct db *db, struct options *o, struct err *err)
{
    const char *field;
    if (!series_page_read(c->a, db, &o->words, &o->what, err)) {
        if (err->kind == ERR_INPUT)
            c->exit_code = EXIT_USAGE;
        return false;
    }
    o->rule.interval_s = o->what.interval_s;
    const char *wrong = alert_rule_check(&o->rule, &field);
    if (wrong != NULL)
        return command_usage(c, err, "%s (%s)", wrong, field);
    return true;
}

/* --- what is told ----------------------------------------------------------
 */

static void
print_words(struct arena *a, const struct options *o,
            const struct alert_replay_summary *s)
{
    printf("%s %s: %s\n", o->what.symbol, interval_name(o->what.interval_s),
           alert_rule_words(a, &o->rule));
    if (s->bars == 0) {
        puts("no bars there");
        return;
    }
    if (s->left_out > 0)
        printf("(%s before these)\n",
               fmt_plural(a, s->left_out, "event", "events"));
    for (size_t i = 0; i < s->n_events; i++) {
        const struct alert_event *e = &s->events[i];
        printf("%s  %-9s  %s\n", date_format_iso(a, e->at_ts),
               alert_event_name(e->kind),
               isnan(e->left) ? "" : fmt_price(a, e->left));
    }
    printf("fired %s in %s from %s to %s",
           fmt_plural(a, s->fired, "time", "times"),
           fmt_plural(a, s->bars, "bar", "bars"),
           date_format_iso(a, s->first_ts), date_format_iso(a, s->last_ts));
    if (!isnan(s->median_gap_s))
        printf("; median gap %s", fmt_duration(a, s->median_gap_s));
    if (s->fired > 0)
        printf("; longest active %s; %s",
               fmt_duration(a, (double)s->longest_active_s),
               fmt_plural(a, s->flaps, "flap", "flaps"));
    puts(s->is_active ? "; active at the end" : "");
}

bool
alert_action_replay(struct command *c, struct err *err)
{
    struct options o = {0};
    struct alert_replay_summary summary;
    struct db *db = NULL;
    if (!read_options(c, &o, err) || !read_rule(c, &o, err) ||
        !command_db(c, &db, err) || !read_span(c, db, &o, err) ||
        !mill_due_of(db, &o.what.instrument_id, 1, err) ||
        !alert_history_replay(c->a, db, &o.what, &o.rule, &summary, err))
        return false;
    if (!o.json) {
        print_words(c->a, &o, &summary);
        return true;
    }
    struct buf *b = buf_new(c->a);
    alert_history_json(c->a, b, &o.what, &o.rule, &summary);
    puts(b->data);
    return true;
}
