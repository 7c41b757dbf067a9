#include "core/alert_words.h"

#include "lib/buf.h"
#include "lib/format.h"
#include "lib/number.h"

#include <math.h>
#include <string.h>

/* --- reading ------------------------------------------------------------- */

enum { WORD_MAX = 64, WORDS_MAX = 4, DURATION_MAX_S = 3653 * 86400 };

static const struct {
    const char *name;
    enum alert_term_kind kind;
} fields[] = {{"open", ALERT_OPEN},
              {"high", ALERT_HIGH},
              {"low", ALERT_LOW},
              {"close", ALERT_CLOSE},
              {"volume", ALERT_VOLUME}};

static const char CHANGE[] = "change_", SPIKE[] = "volume_spike_";

static bool
read_bars(const char *word, const char *prefix, struct alert_term *out)
{
    size_t skip = strlen(prefix);
    int64_t bars;
    if (strncmp(word, prefix, skip) != 0 ||
        !number_parse_i64(word + skip, strlen(word + skip), &bars) ||
        bars < 1 || bars > ALERT_BARS_MAX)
        return false;
    out->bars = (int)bars;
    return true;
}

bool
alert_term_parse(const char *word, struct alert_term *out, struct err *err)
{
    const struct indicator *indicator = indicator_find(word);
    *out = (struct alert_term){.kind = ALERT_NUMBER};
    if (number_parse_f64(word, strlen(word), &out->number))
        return true;
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (strcmp(word, fields[i].name) == 0) {
            out->kind = fields[i].kind;
            return true;
        }
    if (indicator != NULL) {
        out->kind = ALERT_INDICATOR;
        out->indicator = (enum indicator_id)(indicator - indicator_all);
        return true;
    }
    out->kind = ALERT_CHANGE;
    if (read_bars(word, CHANGE, out))
        return true;
    out->kind = ALERT_VOLUME_RATIO;
    if (read_bars(word, SPIKE, out))
        return true;
    return err_set(err, ERR_INPUT,
                   "\"%.40s\" is nothing to compare: write a number, open, "
                   "high, low, close, volume, an indicator (rsi_14, sma_200, "
                   "...), change_N or volume_spike_N with N bars, 1 to %d",
                   word, ALERT_BARS_MAX);
}

/* The words of a text, at most WORDS_MAX; more: WORDS_MAX + 1. */
static size_t
split(const char *text, char words[WORDS_MAX][WORD_MAX])
{
    size_t n = 0;
    for (;;) {
        text += strspn(text, " \t\r\n");
        size_t len = strcspn(text, " \t\r\n");
        if (len == 0)
            return n;
        if (n == WORDS_MAX || len >= WORD_MAX)
            return WORDS_MAX + 1;
        memcpy(words[n], text, len);
        words[n++][len] = '\0';
        text += len;
    }
}

static bool
read_op(const char *word, bool crosses, enum alert_op *out)
{
    bool above = strcmp(word, "above") == 0 || strcmp(word, ">") == 0;
    bool below = strcmp(word, "below") == 0 || strcmp(word, "<") == 0;
    if (strcmp(word, "crosses_above") == 0 && !crosses)
        above = crosses = true;
    if (strcmp(word, "crosses_below") == 0 && !crosses)
        below = crosses = true;
    *out = above ? (crosses ? ALERT_CROSSES_ABOVE : ALERT_ABOVE)
                 : (crosses ? ALERT_CROSSES_BELOW : ALERT_BELOW);
    return above || below;
}

bool
alert_condition_parse(const char *text, struct alert_rule *rule,
                      struct err *err)
{
    char words[WORDS_MAX][WORD_MAX];
    size_t n = split(text, words);
    bool crosses = n == 4 && strcmp(words[1], "crosses") == 0;
    size_t op = crosses ? 2 : 1;
    if (n != op + 2 || !read_op(words[op], crosses, &rule->op))
        return err_set(err, ERR_INPUT,
                       "\"%.80s\" is no condition: write two things and above, "
                       "below, crosses above or crosses below between them, "
                       "as in \"rsi_14 above 70\"",
                       text);
    return alert_term_parse(words[0], &rule->left, err) &&
           alert_term_parse(words[op + 1], &rule->right, err);
}

bool
alert_duration_parse(const char *word, int64_t *out, struct err *err)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    size_t len = strlen(word);
    int64_t seconds = 1;
    for (size_t i = 0; len > 0 && i < COUNT_OF(units); i++)
        if (word[len - 1] == units[i].unit) {
            seconds = units[i].seconds;
            len--;
            break;
        }
    if (!number_parse_i64(word, len, out) || *out < 0 ||
        *out > DURATION_MAX_S / seconds)
        return err_set(err, ERR_INPUT,
                       "\"%.40s\" is no time: write 90s, 15m, 4h or 2d, up to "
                       "ten years",
                       word);
    *out *= seconds;
    return true;
}

/* --- telling ------------------------------------------------------------- */

const char *
alert_term_name(struct arena *a, const struct alert_term *term)
{
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (fields[i].kind == term->kind)
            return fields[i].name;
    if (term->kind == ALERT_INDICATOR)
        return indicator_all[term->indicator].name;
    if (term->kind == ALERT_NUMBER)
        return fmt_f64(a, term->number);
    return arena_printf(a, "%s%d", term->kind == ALERT_CHANGE ? CHANGE : SPIKE,
                        term->bars);
}

const char *
alert_op_name(enum alert_op op)
{
    static const char *const names[] = {"above", "below", "crosses_above",
                                        "crosses_below"};
    return names[op];
}

const char *
alert_condition_name(struct arena *a, const struct alert_rule *rule)
{
    return arena_printf(a, "%s %s %s", alert_term_name(a, &rule->left),
                        alert_op_name(rule->op),
                        alert_term_name(a, &rule->right));
}

const char *
alert_term_words(struct arena *a, const struct alert_term *term)
{
    const char *bars = fmt_plural(a, term->bars, "bar", "bars");
    switch (term->kind) {
    case ALERT_INDICATOR:
        return indicator_all[term->indicator].title;
    case ALERT_CHANGE:
        return arena_printf(a, "change over %s in percent", bars);
    case ALERT_VOLUME_RATIO:
        return arena_printf(a, "volume over the mean of the %s before", bars);
    default:
        return alert_term_name(a, term);
    }
}

const char *
alert_rule_words(struct arena *a, const struct alert_rule *rule)
{
    static const char *const ops[] = {"above", "below", "crosses above",
                                      "crosses below"};
    struct buf *b = buf_new(a);
    buf_addf(b, "%s %s %s", alert_term_words(a, &rule->left), ops[rule->op],
             alert_term_words(a, &rule->right));
    if (rule->for_bars > 1)
        buf_addf(b, " on %d bars in a row", rule->for_bars);
    if (!isnan(rule->clear))
        buf_addf(b, ", until at or %s %s",
                 rule->op == ALERT_ABOVE ? "below" : "above",
                 fmt_f64(a, rule->clear));
    if (rule->once)
        buf_adds(b, "; once");
    else if (rule->cooldown_s > 0)
        buf_addf(b, "; at most once in %s",
                 fmt_duration(a, (double)rule->cooldown_s));
    if (rule->no_data_s > 0)
        buf_addf(b, "; tells when no bar comes for %s",
                 fmt_duration(a, (double)rule->no_data_s));
    return b->data;
}
