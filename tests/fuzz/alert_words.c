/* Any text as an alert condition and as a time: what is taken is written in
 * words that read back to the same rule, and those words are their own. */
#include "core/alert_words.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void
check_condition(struct arena *a, const char *text)
{
    struct err err = {0};
    struct alert_rule rule = {.for_bars = 1, .interval_s = 60}, back = rule;
    const char *field;
    if (!alert_condition_parse(text, &rule, &err)) {
        assert(err.kind == ERR_INPUT && err.text[0] != '\0');
        return;
    }
    const char *name = alert_condition_name(a, &rule);
    assert(alert_condition_parse(name, &back, &err));
    assert(back.op == rule.op && back.left.kind == rule.left.kind);
    assert(strcmp(alert_condition_name(a, &back), name) == 0);
    assert(strlen(alert_rule_words(a, &rule)) > 0);
    (void)alert_rule_check(&rule, &field);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena *a = arena_new();
    struct err err = {0};
    int64_t seconds;
    const char *text = arena_strndup(a, (const char *)data, size);
    check_condition(a, text);
    if (alert_duration_parse(text, &seconds, &err))
        assert(seconds >= 0 && seconds <= (int64_t)3653 * 86400);
    arena_free(a);
    return 0;
}
