/* The form of an alert rule: from the address, a stored rule or what was
 * typed, to a rule. */
#include "cgi/alert_form.h"
#include "core/alert_condition.h"
#include "core/alert_words.h"
#include "core/interval.h"
#include "lib/format.h"
#include "lib/number.h"

#include <math.h>
#include <string.h>

enum { CHANNELS_MAX = 64 };

static const struct alert_preset presets[] = {
    {"price_above", "Price above", "close", "5", "above", "number", "", 1.05},
    {"price_below", "Price below", "close", "5", "below", "number", "", 0.95},
    {"rise", "Rise in percent", "change", "5", "above", "number", "10", 0},
    {"fall", "Fall in percent", "change", "5", "below", "number", "-10", 0},
    {"rsi_above", "RSI above", "rsi_14", "5", "above", "number", "70", 0},
    {"rsi_below", "RSI below", "rsi_14", "5", "below", "number", "30", 0},
    {"macd_up", "MACD crosses up", "macd", "5", "crosses_above", "macd_signal",
     "", 0},
    {"macd_down", "MACD crosses down", "macd", "5", "crosses_below",
     "macd_signal", "", 0},
    {"volume", "Volume spike", "volume_spike", "20", "above", "number", "3", 0},
    {"indicator", "Any indicator", "sma_50", "5", "crosses_above", "sma_200",
     "", 0},
};

const struct alert_preset *
alert_presets(size_t *n)
{
    *n = COUNT_OF(presets);
    return presets;
}

static bool
is(const char *text, const char *name)
{
    return strcmp(text, name) == 0;
}

/* --- a new one ------------------------------------------------------------ */

/* Three digits: a level that a person might have chosen. */
static const char *
round_level(struct arena *a, double value)
{
    if (!isfinite(value) || value == 0)
        return "";
    double step = pow(10, floor(log10(fabs(value))) - 2);
    return fmt_f64(a, step >= 1 ? round(value / step) * step
                                : round(value / step) / round(1 / step));
}

static const char *
asked(const struct page *p, const char *name)
{
    const char *value = page_query(p, name);
    return value != NULL ? value : "";
}

static struct alert_form
plain_form(void)
{
    return (struct alert_form){
        .preset = "",
        .name = "",
        .severity = "warning",
        .note = "",
        .version = "",
        .symbol = "",
        .interval = "",
        .left = "close",
        .left_bars = "5",
        .op = "above",
        .right = "number",
        .right_bars = "5",
        .number = "",
        .for_bars = "1",
        .clear = "",
        .no_data = "",
        .condition = "",
        .threshold = "",
        .subject = "",
        .cooldown = "",
        .remind = "",
        .escalate = "",
        .span = "90d",
        .tell_resolved = true,
        .enabled = true,
    };
}

static void
begin_pipeline(struct page *p, struct alert_form *f)
{
    const struct alert_condition *c =
        alert_condition_find(asked(p, "condition"));
    size_t n;
    if (c == NULL)
        c = alert_conditions(&n);
    f->is_pipeline = true;
    f->preset = ALERT_PRESET_PIPELINE;
    f->condition = c->name;
}

struct alert_form
alert_form_new(struct page *p, const struct instrument_facts *facts)
{
    struct alert_form f = plain_form();
    int32_t interval_s;
    if (facts != NULL) {
        f.symbol = facts->fresh.symbol;
        f.interval = interval_name(facts->fresh.interval_s);
    }
    if (interval_parse(asked(p, "interval"), &interval_s))
        f.interval = interval_name(interval_s);
    if (is(asked(p, "preset"), ALERT_PRESET_PIPELINE)) {
        begin_pipeline(p, &f);
        return f;
    }
    const struct alert_preset *preset = &presets[0];
    for (size_t i = 0; i < COUNT_OF(presets); i++)
        if (is(asked(p, "preset"), presets[i].name))
            preset = &presets[i];
    f.preset = preset->name;
    f.left = preset->left;
    f.left_bars = preset->left_bars;
    f.op = preset->op;
    f.right = preset->right;
    f.number = preset->number;
    if (facts != NULL && preset->factor != 0 && facts->fresh.last_ts != 0)
        f.number = round_level(p->a, facts->fresh.close * preset->factor);
    return f;
}

/* --- a stored one --------------------------------------------------------- */

const char *
alert_form_span(struct arena *a, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}};
    if (seconds == 0)
        return "";
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (seconds % units[i].seconds == 0)
            return arena_printf(a, "%lld%s",
                                (long long)(seconds / units[i].seconds),
                                units[i].unit);
    return arena_printf(a, "%llds", (long long)seconds);
}

static const char *
number_text(struct arena *a, double v)
{
    return isnan(v) ? "" : fmt_f64(a, v);
}

static const char *
text_of(const char *text)
{
    return text != NULL ? text : "";
}

/* Sets the choice, and the bars or the number that it needs. */
static void
set_term(struct arena *a, const struct alert_term *term, const char **choice,
         const char **bars, const char **number)
{
    switch (term->kind) {
    case ALERT_NUMBER:
        *choice = "number";
        *number = number_text(a, term->number);
        return;
    case ALERT_CHANGE:
    case ALERT_VOLUME_RATIO:
        *choice = term->kind == ALERT_CHANGE ? "change" : "volume_spike";
        *bars = fmt_i64(a, term->bars);
        return;
    default:
        *choice = alert_term_name(a, term);
    }
}

static const char *const *
id_texts(struct arena *a, const int64_t *ids, size_t n)
{
    const char **out = arena_array(a, n + 1, sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = fmt_i64(a, ids[i]);
    return out;
}

struct alert_form
alert_form_of(struct page *p, const struct alert_stored *s)
{
    struct alert_form f = plain_form();
    struct arena *a = p->a;
    f.is_pipeline = s->is_pipeline;
    f.name = s->name;
    f.severity = s->severity;
    f.note = text_of(s->note);
    f.version = fmt_i64(a, s->version);
    f.symbol = text_of(s->symbol);
    f.condition = text_of(s->condition);
    f.threshold = number_text(a, s->threshold);
    f.subject = text_of(s->subject);
    if (!s->is_pipeline) {
        f.interval = interval_name(s->rule.interval_s);
        set_term(a, &s->rule.left, &f.left, &f.left_bars, &f.number);
        set_term(a, &s->rule.right, &f.right, &f.right_bars, &f.number);
        f.op = alert_op_name(s->rule.op);
        f.for_bars = fmt_i64(a, s->rule.for_bars);
        f.clear = number_text(a, s->rule.clear);
        f.no_data = alert_form_span(a, s->rule.no_data_s);
    }
    f.cooldown = alert_form_span(a, s->rule.cooldown_s);
    f.remind = alert_form_span(a, s->remind_s);
    f.escalate = alert_form_span(a, s->escalate_s);
    f.n_channels = s->by_severity ? 0 : s->n_channels;
    f.channels = id_texts(a, s->channels, f.n_channels);
    f.n_escalate_to = s->n_escalate_to;
    f.escalate_to = id_texts(a, s->escalate_to, s->n_escalate_to);
    f.once = s->rule.once;
    f.tell_resolved = s->tell_resolved;
    f.shared = s->shared;
    f.enabled = s->enabled;
    return f;
}

/* --- what was typed ------------------------------------------------------- */

/* Without blanks around it, which people copy along. */
static const char *
typed(const struct page *p, const char *name)
{
    const char *value = page_form(p, name);
    if (value == NULL)
        return "";
    value += strspn(value, " \t\n");
    size_t len = strlen(value);
    while (len > 0 && strchr(" \t\n", value[len - 1]) != NULL)
        len--;
    return arena_strndup(p->a, value, len);
}

static bool
is_checked(const struct page *p, const char *name)
{
    return page_form(p, name) != NULL;
}

struct alert_form
alert_form_typed(struct page *p)
{
    struct alert_form f = {
        .preset = typed(p, "preset"),
        .is_pipeline = is(typed(p, "kind"), "pipeline"),
        .name = typed(p, "name"),
        .severity = typed(p, "severity"),
        .note = typed(p, "note"),
        .version = typed(p, "version"),
        .symbol = typed(p, "symbol"),
        .interval = typed(p, "interval"),
        .left = typed(p, "left"),
        .left_bars = typed(p, "left_bars"),
        .op = typed(p, "op"),
        .right = typed(p, "right"),
        .right_bars = typed(p, "right_bars"),
        .number = typed(p, "number"),
        .for_bars = typed(p, "for_bars"),
        .clear = typed(p, "clear"),
        .no_data = typed(p, "no_data"),
        .condition = typed(p, "condition"),
        .threshold = typed(p, "threshold"),
        .subject = typed(p, "subject"),
        .cooldown = typed(p, "cooldown"),
        .remind = typed(p, "remind"),
        .escalate = typed(p, "escalate"),
        .span = typed(p, "span"),
        .once = is_checked(p, "once"),
        .tell_resolved = is_checked(p, "tell_resolved"),
        .shared = is_checked(p, "shared"),
        .enabled = is_checked(p, "enabled"),
    };
    f.channels = page_form_all(p, "channel", &f.n_channels);
    f.escalate_to = page_form_all(p, "escalate_to", &f.n_escalate_to);
    return f;
}

/* --- to a rule ------------------------------------------------------------ */

void
alert_form_mark(struct page *p, const char *text)
{
    /* fields of JSON that have another name here */
    static const char *const names[][2] = {
        {"when", "left"},         {"cooldown_s", "cooldown"},
        {"no_data_s", "no_data"}, {"remind_s", "remind"},
        {"channels", "channel"},  {"escalate_s", "escalate"},
    };
    static const char *const fields[] = {
        "name",      "severity",  "note",      "symbol",    "interval",
        "left",      "op",        "right",     "number",    "for_bars",
        "clear",     "no_data",   "condition", "threshold", "subject",
        "cooldown",  "remind",    "escalate",  "channel",   "escalate_to",
        "left_bars", "right_bars"};
    const char *colon = strstr(text, ": ");
    const char *field =
        colon != NULL ? arena_strndup(p->a, text, (size_t)(colon - text)) : "";
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (is(field, names[i][0]))
            field = names[i][1];
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (is(field, fields[i])) {
            page_field_error(p, field, colon + 2);
            return;
        }
    page_error(p, text);
}

static void
read_seconds(struct page *p, const char *field, const char *text, int64_t *out)
{
    struct err err;
    *out = 0;
    if (text[0] != '\0' && !alert_duration_parse(text, out, &err))
        page_field_error(p, field, err.text);
}

static double
read_number(struct page *p, const char *field, const char *text)
{
    double value = NAN;
    if (text[0] != '\0' && !number_parse_f64(text, strlen(text), &value))
        page_field_error(p, field,
                         arena_printf(p->a, "\"%.40s\" is no number", text));
    return value;
}

static void
read_bars(struct page *p, const char *field, const char *text, int max,
          int *out)
{
    int64_t bars = 0;
    if (!number_parse_i64(text, strlen(text), &bars) || bars < 1 || bars > max)
        page_field_error(
            p, field,
            arena_printf(p->a, "Give a number of bars, 1 to %d", max));
    else
        *out = (int)bars;
}

/* One side of the comparison. */
static void
read_term(struct page *p, const char *field, const char *choice,
          const char *bars, const char *number, struct alert_term *out)
{
    bool is_left = is(field, "left");
    struct err err;
    *out = (struct alert_term){.kind = ALERT_NUMBER};
    if (is(choice, "number") && !is_left) {
        out->number = read_number(p, "number", number);
        if (number[0] == '\0')
            page_field_error(p, "number", "Give the number to compare with");
    } else if (is(choice, "change") || is(choice, "volume_spike")) {
        out->kind = is(choice, "change") ? ALERT_CHANGE : ALERT_VOLUME_RATIO;
        out->bars = 1;
        read_bars(p, is_left ? "left_bars" : "right_bars", bars, ALERT_BARS_MAX,
                  &out->bars);
    } else if (!alert_term_parse(choice, out, &err) ||
               out->kind == ALERT_NUMBER) {
        page_field_error(
            p, field,
            arena_printf(p->a, "There is no \"%.40s\" to compare", choice));
    }
}

static bool
read_instrument(struct page *p, const char *symbol, struct alert_stored *s,
                struct err *err)
{
    struct instrument_facts facts;
    s->instrument_id = 0;
    s->symbol = symbol;
    if (symbol[0] == '\0')
        return page_field_error(p, "symbol", "Choose an instrument");
    if (instrument_facts_get(p->a, p->db, symbol, p->now_ts, &facts, err)) {
        s->instrument_id = facts.id;
        s->symbol = facts.fresh.symbol;
        return true;
    }
    return err->kind == ERR_MISSING &&
           page_field_error(
               p, "symbol",
               arena_printf(p->a, "There is no instrument \"%.40s\"", symbol));
}

static bool
read_series(struct page *p, const struct alert_form *f, struct alert_stored *s,
            struct err *err)
{
    static const char *const ops[] = {"above", "below", "crosses_above",
                                      "crosses_below"};
    bool known = false;
    if (!read_instrument(p, f->symbol, s, err))
        return false;
    if (!interval_parse(f->interval, &s->rule.interval_s))
        page_field_error(p, "interval", "Choose " INTERVAL_NAMES);
    read_term(p, "left", f->left, f->left_bars, "", &s->rule.left);
    read_term(p, "right", f->right, f->right_bars, f->number, &s->rule.right);
    for (size_t i = 0; i < COUNT_OF(ops); i++)
        if (is(f->op, ops[i])) {
            s->rule.op = (enum alert_op)i;
            known = true;
        }
    if (!known)
        page_field_error(p, "op", "Choose how the two are compared");
    s->rule.for_bars = 1;
    if (f->for_bars[0] != '\0')
        read_bars(p, "for_bars", f->for_bars, ALERT_FOR_MAX, &s->rule.for_bars);
    s->rule.clear = read_number(p, "clear", f->clear);
    read_seconds(p, "no_data", f->no_data, &s->rule.no_data_s);
    return true;
}

static const int64_t *
read_channels(struct page *p, const char *field, const char *const *ids,
              size_t n, size_t *n_out)
{
    int64_t *out = arena_array(p->a, CHANNELS_MAX, sizeof *out);
    *n_out = 0;
    for (size_t i = 0; i < n; i++)
        if (*n_out == CHANNELS_MAX ||
            !number_parse_i64(ids[i], strlen(ids[i]), &out[*n_out]))
            page_field_error(p, field, "Choose among these channels");
        else
            (*n_out)++;
    return out;
}

/* "BTC-USD: close above 100000"; a condition's title. */
static const char *
own_name(struct arena *a, const struct alert_stored *s)
{
    const char *name = NULL;
    if (!s->is_pipeline)
        name = arena_printf(a, "%s %s: %s", s->symbol,
                            interval_name(s->rule.interval_s),
                            alert_condition_name(a, &s->rule));
    else if (alert_condition_find(s->condition) != NULL)
        name = alert_condition_find(s->condition)->title;
    return name != NULL && strlen(name) <= ALERT_NAME_MAX ? name : "";
}

bool
alert_form_parse(struct page *p, const struct alert_form *f,
                 struct alert_stored *s, struct err *err)
{
    const char *field;
    s->is_pipeline = f->is_pipeline;
    s->severity = f->severity;
    s->note = f->note;
    s->shared = f->shared;
    s->enabled = f->enabled;
    s->tell_resolved = f->tell_resolved;
    s->rule.once = f->once;
    if (!f->is_pipeline && !read_series(p, f, s, err))
        return false;
    if (f->is_pipeline) {
        s->condition = f->condition;
        s->threshold = read_number(p, "threshold", f->threshold);
        s->subject = f->subject[0] != '\0' ? f->subject : NULL;
    }
    read_seconds(p, "cooldown", f->cooldown, &s->rule.cooldown_s);
    read_seconds(p, "remind", f->remind, &s->remind_s);
    read_seconds(p, "escalate", f->escalate, &s->escalate_s);
    s->by_severity = f->n_channels == 0;
    s->channels =
        read_channels(p, "channel", f->channels, f->n_channels, &s->n_channels);
    s->escalate_to = read_channels(p, "escalate_to", f->escalate_to,
                                   f->n_escalate_to, &s->n_escalate_to);
    s->name = f->name;
    if (page_has_errors(p))
        return true;
    if (f->name[0] == '\0')
        s->name = own_name(p->a, s);
    const char *wrong = alert_stored_check(p->a, s, &field);
    if (wrong != NULL)
        alert_form_mark(p, arena_printf(p->a, "%s: %s", field, wrong));
    return true;
}
