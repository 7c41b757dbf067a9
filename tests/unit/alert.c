#include "core/alert.h"

#include "lib/buf.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { HOUR = 3600, BARS_MAX = 400 };

static struct alert_rule
above(double threshold)
{
    return (struct alert_rule){
        .left = {.kind = ALERT_CLOSE},
        .right = {.kind = ALERT_NUMBER, .number = threshold},
        .op = ALERT_ABOVE,
        .for_bars = 1,
        .clear = NAN,
        .interval_s = HOUR,
    };
}

struct happened {
    struct alert_event event;
    size_t bar; /* of event.ts */
};

struct story {
    size_t n;
    struct happened of[4 * BARS_MAX];
};

static void
tell(struct story *out, const struct alert_event *e, const struct alert_bars *b)
{
    struct happened *h = &out->of[out->n++];
    assert_true(out->n < COUNT_OF(out->of));
    h->event = *e;
    for (h->bar = 0; h->bar < b->n && b->ts[h->bar] != e->ts;)
        h->bar++;
}

static void
replay(const struct alert_rule *rule, const struct alert_bars *bars,
       struct story *out)
{
    struct alert_state s;
    struct alert_event e;
    size_t at = 0;
    alert_start(&s);
    out->n = 0;
    while (alert_feed(&s, rule, bars, &at, &e))
        tell(out, &e, bars);
    assert_int_equal(at, bars->n);
}

/* Bars of an hour; '-' and '+' are a missing bar and an unknown one. */
static const char *
story_of(struct arena *a, const struct alert_rule *rule, const char *values)
{
    static const char letters[] = {'F', 'R', 'L', 'B'};
    int64_t ts[BARS_MAX];
    double left[BARS_MAX];
    struct alert_bars bars = {.ts = ts, .left = left};
    struct story story;
    struct buf *b = buf_new(a);
    for (int64_t i = 0; values[i] != '\0'; i++) {
        if (values[i] == '-')
            continue;
        ts[bars.n] = i * HOUR;
        left[bars.n++] = values[i] == '+' ? NAN : values[i] - '0';
    }
    replay(rule, &bars, &story);
    for (size_t i = 0; i < story.n; i++)
        buf_addf(b, "%s%c%d", i > 0 ? " " : "", letters[story.of[i].event.kind],
                 (int)(story.of[i].event.ts / HOUR));
    return b->len > 0 ? b->data : "";
}

#define TELLS(rule, values, wanted)                                            \
    assert_string_equal(story_of(*state, &(rule), values), wanted)

static void
it_fires_above_and_resolves(void **state)
{
    struct alert_rule r = above(5);
    TELLS(r, "1561516", "F2 R3 F6");
    TELLS(r, "9", "F0");
    TELLS(r, "", "");
    r.op = ALERT_BELOW;
    TELLS(r, "9546", "F2 R3");
}

static void
for_n_bars_wants_them_in_a_row(void **state)
{
    struct alert_rule r = above(5);
    r.for_bars = 3;
    TELLS(r, "661666617", "F5 R7");
    TELLS(r, "66+66+666", "F8");
}

static void
a_clear_level_keeps_it_active(void **state)
{
    struct alert_rule r = above(5);
    r.clear = 3;
    TELLS(r, "64646436", "F0 R6 F7");
    r = above(5);
    r.op = ALERT_BELOW;
    r.clear = 7;
    TELLS(r, "4646466747", "F0 R7 F8 R9");
}

static void
the_cooldown_delays_the_next(void **state)
{
    struct alert_rule r = above(5);
    r.cooldown_s = 4 * HOUR;
    TELLS(r, "616161616", "F0 R1 F4 R5 F8");
    TELLS(r, "6166666", "F0 R1 F4");
    r.op = ALERT_CROSSES_ABOVE;
    TELLS(r, "1616661116", "F1 R2 F9");
}

static void
a_crossing_wants_the_other_side_first(void **state)
{
    struct alert_rule r = above(5);
    r.op = ALERT_CROSSES_ABOVE;
    TELLS(r, "6666", "");
    TELLS(r, "61626", "F2 R3 F4");
    TELLS(r, "4566+654", "F2 R6");
    TELLS(r, "1+6", "F2");
    r.op = ALERT_CROSSES_BELOW;
    TELLS(r, "651566", "F2 R3");
}

static void
one_time_is_done_when_it_resolves(void **state)
{
    struct alert_rule r = above(5);
    r.once = true;
    r.no_data_s = 2 * HOUR;
    TELLS(r, "16661666----1", "F1 R4");
}

static void
an_unknown_bar_changes_nothing_that_is_active(void **state)
{
    struct alert_rule r = above(5);
    TELLS(r, "6++61", "F0 R4");
}

static void
silence_is_a_phase_of_its_own(void **state)
{
    struct alert_rule r = above(5);
    r.no_data_s = 2 * HOUR;
    TELLS(r, "1--6", "L0 B3 F3");
    TELLS(r, "1-6", "F2");
    TELLS(r, "6--61", "F0 L0 B3 R4");
    TELLS(r, "6--1", "F0 L0 B3 R3");
    r.for_bars = 2;
    TELLS(r, "6---6", "L0 B4 F4");
}

static void
waiting_says_once_that_no_data_comes(void **state)
{
    (void)state;
    struct alert_rule r = above(5);
    struct alert_state s;
    struct alert_event e;
    const int64_t ts = 0;
    const double left = 9;
    size_t at = 0;
    const struct alert_bars bars = {.n = 1, .ts = &ts, .left = &left};
    r.no_data_s = 2 * HOUR;
    alert_start(&s);
    assert_false(alert_wait(&s, &r, INT64_MAX, &e));
    assert_true(alert_feed(&s, &r, &bars, &at, &e));
    assert_false(alert_feed(&s, &r, &bars, &at, &e));
    assert_false(alert_wait(&s, &r, 3 * HOUR - 1, &e));
    assert_true(alert_wait(&s, &r, 3 * HOUR, &e));
    assert_int_equal(e.kind, ALERT_DATA_LOST);
    assert_int_equal(e.at_ts, 3 * HOUR);
    assert_false(alert_wait(&s, &r, 9 * HOUR, &e));
    assert_int_equal(s.phase, ALERT_NO_DATA);
    assert_int_equal(s.before, ALERT_ACTIVE);
}

static void
events_tell_when_and_of_what(void **state)
{
    (void)state;
    struct alert_rule r = above(0);
    struct story story;
    const int64_t ts[] = {0, HOUR};
    const double left[] = {1, 3}, right[] = {2, 2};
    const struct alert_bars bars = {
        .n = 2, .ts = ts, .left = left, .right = right};
    r.right.kind = ALERT_OPEN;
    replay(&r, &bars, &story);
    assert_int_equal(story.n, 1);
    assert_int_equal(story.of[0].event.ts, HOUR);
    assert_int_equal(story.of[0].event.at_ts, 2 * HOUR);
    assert_true(story.of[0].event.left == 3 && story.of[0].event.right == 2);
}

/* --- properties ---------------------------------------------------------- */

struct random_case {
    struct alert_rule rule;
    struct alert_bars bars;
    int64_t ts[BARS_MAX];
    double left[BARS_MAX];
};

static struct random_case *
any_case(struct arena *a, unsigned *seed)
{
    struct random_case *c = arena_alloc(a, sizeof *c);
    int64_t ts = 0;
    c->rule = above(rand_r(seed) % 10);
    c->rule.op = (enum alert_op)(rand_r(seed) % 4);
    bool crossing = c->rule.op >= ALERT_CROSSES_ABOVE;
    c->rule.for_bars = crossing ? 1 : 1 + rand_r(seed) % 4;
    c->rule.cooldown_s = rand_r(seed) % 2 * (rand_r(seed) % 20) * HOUR;
    c->rule.no_data_s = rand_r(seed) % 2 * (rand_r(seed) % 4) * HOUR;
    c->rule.once = rand_r(seed) % 8 == 0;
    if (!crossing && rand_r(seed) % 2 == 0)
        c->rule.clear =
            c->rule.right.number +
            (c->rule.op == ALERT_ABOVE ? -1 : 1) * (rand_r(seed) % 3);
    c->bars = (struct alert_bars){
        .n = (size_t)rand_r(seed) % BARS_MAX, .ts = c->ts, .left = c->left};
    for (size_t i = 0; i < c->bars.n; i++) {
        ts += HOUR * (rand_r(seed) % 8 == 0 ? 1 + rand_r(seed) % 6 : 1);
        c->ts[i] = ts;
        c->left[i] = rand_r(seed) % 12 == 0 ? (double)NAN : rand_r(seed) % 11;
    }
    return c;
}

/* Bar by bar, from a copy of the stored state each time, with the clock looked
 * at now and then. */
static void
live(const struct random_case *c, unsigned *seed, struct story *out)
{
    unsigned char stored[sizeof(struct alert_state)];
    struct alert_state s;
    struct alert_event e;
    alert_start(&s);
    memcpy(stored, &s, sizeof s);
    out->n = 0;
    for (size_t i = 0; i < c->bars.n;) {
        size_t n = 1 + (size_t)rand_r(seed) % 3, at = 0;
        if (n > c->bars.n - i)
            n = c->bars.n - i;
        const struct alert_bars some = {
            .n = n, .ts = c->ts + i, .left = c->left + i};
        memcpy(&s, stored, sizeof s);
        if (rand_r(seed) % 2 == 0 &&
            alert_wait(&s, &c->rule, c->ts[i] + HOUR - 1, &e))
            tell(out, &e, &c->bars);
        while (alert_feed(&s, &c->rule, &some, &at, &e))
            tell(out, &e, &c->bars);
        memcpy(stored, &s, sizeof s);
        i += n;
    }
}

static void
live_evaluation_equals_the_replay(void **state)
{
    for (unsigned round = 1; round <= 2000; round++) {
        unsigned seed = round;
        struct random_case *c = any_case(*state, &seed);
        struct story *whole = arena_alloc(*state, sizeof *whole);
        struct story *parts = arena_alloc(*state, sizeof *parts);
        replay(&c->rule, &c->bars, whole);
        live(c, &seed, parts);
        assert_int_equal(whole->n, parts->n);
        for (size_t i = 0; i < whole->n; i++) {
            const struct alert_event *x = &whole->of[i].event;
            const struct alert_event *y = &parts->of[i].event;
            assert_true(x->kind == y->kind && x->ts == y->ts &&
                        x->at_ts == y->at_ts);
        }
        arena_reset(*state);
    }
}

static bool
is_met(const struct random_case *c, size_t i)
{
    double x = c->left[i], limit = c->rule.right.number;
    bool is_above =
        c->rule.op == ALERT_ABOVE || c->rule.op == ALERT_CROSSES_ABOVE;
    bool beyond = is_above ? x > limit : x < limit;
    if (c->rule.op < ALERT_CROSSES_ABOVE || !beyond)
        return beyond;
    while (i-- > 0)
        if (!isnan(c->left[i]))
            return is_above ? c->left[i] <= limit : c->left[i] >= limit;
    return false;
}

/* Whether a rule that is not active has to fire on bar i, told from the bars
 * alone: `since` is the first bar after it resolved, fired the time of the
 * last firing. */
static bool
must_fire(const struct random_case *c, size_t i, size_t since, int64_t fired)
{
    if (i + 1 < since + (size_t)c->rule.for_bars)
        return false;
    for (int k = 0; k < c->rule.for_bars; k++)
        if (!is_met(c, i - (size_t)k))
            return false;
    return fired == INT64_MIN || c->ts[i] + HOUR - fired >= c->rule.cooldown_s;
}

static bool
must_resolve(const struct random_case *c, size_t i)
{
    double x = c->left[i];
    double limit = isnan(c->rule.clear) ? c->rule.right.number : c->rule.clear;
    bool is_above =
        c->rule.op == ALERT_ABOVE || c->rule.op == ALERT_CROSSES_ABOVE;
    return is_above ? x <= limit : x >= limit;
}

/* Every firing and resolving, and no other, is what the header says. */
static void
what_is_stated_holds(void **state)
{
    size_t n_fired = 0;
    for (unsigned round = 1; round <= 2000; round++) {
        unsigned seed = round * 7919;
        struct random_case *c = any_case(*state, &seed);
        struct story *story = arena_alloc(*state, sizeof *story);
        bool active = false, done = false;
        size_t since = 0, at = 0;
        int64_t fired = INT64_MIN;
        replay(&c->rule, &c->bars, story);
        for (size_t i = 0; i < c->bars.n; i++) {
            bool fires = !done && !active && must_fire(c, i, since, fired);
            bool resolves = active && must_resolve(c, i);
            while (at < story->n && story->of[at].event.kind >= ALERT_DATA_LOST)
                at++;
            bool is_next = at < story->n && story->of[at].bar == i;
            assert_int_equal(is_next, fires || resolves);
            if (!is_next)
                continue;
            assert_int_equal(story->of[at++].event.kind,
                             fires ? ALERT_FIRED : ALERT_RESOLVED);
            active = fires;
            done = resolves && c->rule.once;
            since = i + 1;
            fired = fires ? c->ts[i] + HOUR : fired;
            n_fired += fires;
        }
        arena_reset(*state);
    }
    assert_true(n_fired > 10000);
}

/* --- terms ---------------------------------------------------------------- */

static void
terms_are_taken_from_bars(void **state)
{
    (void)state;
    const double close[] = {10, 20, 15, 0, 5}, volume[] = {1, 3, 8, NAN, 2};
    double out[5];
    const struct alert_columns in = {.n = 5, .close = close, .volume = volume};
    struct alert_term t = {.kind = ALERT_CHANGE, .bars = 1};
    alert_term_values(&t, &in, out);
    assert_true(isnan(out[0]) && out[1] == 100 && out[2] == -25 &&
                out[3] == -100 && isnan(out[4]));
    t = (struct alert_term){.kind = ALERT_VOLUME_RATIO, .bars = 2};
    alert_term_values(&t, &in, out);
    assert_true(isnan(out[0]) && isnan(out[1]) && out[2] == 4 &&
                isnan(out[3]) && isnan(out[4]));
    assert_int_equal(alert_term_lookback(&t), 2);
    t = (struct alert_term){.kind = ALERT_OPEN};
    alert_term_values(&t, &in, out);
    assert_true(isnan(out[4]));
}

static void
wrong_rules_are_told_in_words(void **state)
{
    (void)state;
    const char *field;
    struct alert_rule r = above(5);
    assert_null(alert_rule_check(&r, &field));
    r.clear = 6;
    assert_non_null(alert_rule_check(&r, &field));
    assert_string_equal(field, "clear");
    r = above(NAN);
    assert_non_null(alert_rule_check(&r, &field));
    assert_string_equal(field, "right");
    r = above(5);
    r.left = r.right;
    assert_non_null(alert_rule_check(&r, &field));
    assert_string_equal(field, "left");
    r = above(5);
    r.op = ALERT_CROSSES_BELOW;
    r.for_bars = 2;
    assert_non_null(alert_rule_check(&r, &field));
    assert_string_equal(field, "for_bars");
    r = above(5);
    r.left = (struct alert_term){.kind = ALERT_CHANGE, .bars = 0};
    assert_non_null(alert_rule_check(&r, &field));
    assert_string_equal(field, "left");
}

static int
setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int
teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(it_fires_above_and_resolves),
        CASE(for_n_bars_wants_them_in_a_row),
        CASE(a_clear_level_keeps_it_active),
        CASE(the_cooldown_delays_the_next),
        CASE(a_crossing_wants_the_other_side_first),
        CASE(one_time_is_done_when_it_resolves),
        CASE(an_unknown_bar_changes_nothing_that_is_active),
        CASE(silence_is_a_phase_of_its_own),
        CASE(waiting_says_once_that_no_data_comes),
        CASE(events_tell_when_and_of_what),
        CASE(live_evaluation_equals_the_replay),
        CASE(what_is_stated_holds),
        CASE(terms_are_taken_from_bars),
        CASE(wrong_rules_are_told_in_words),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
