#include "lib/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* What one call writes to stderr. */
static char written[8192];
static int real_stderr, file;

static void
capture(void)
{
    file = open("/tmp", O_RDWR | O_TMPFILE, 0600);
    assert_true(file >= 0);
    real_stderr = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
}

static const char *
captured(void)
{
    dup2(real_stderr, STDERR_FILENO);
    ssize_t len = pread(file, written, sizeof written - 1, 0);
    written[len > 0 ? len : 0] = '\0';
    close(file);
    close(real_stderr);
    return written;
}

static void
an_event_is_one_line(void **state)
{
    (void)state;
    capture();
    log_event(LOG_INFO, "fetch.done", "provider=%s rows=%d", "binance", 250);
    assert_string_equal(captured(),
                        "<6>fetch.done provider=binance rows=250\n");
    capture();
    log_event(LOG_ERROR, "worker.died", "%s", "");
    assert_string_equal(captured(), "<3>worker.died\n");
    capture();
    log_event(LOG_WARN, "x.y", "text=\"%s\"", "a\nb\r\t\x1b[31mc\x7f");
    assert_string_equal(captured(), "<4>x.y text=\"a b   [31mc \"\n");
}

static void
the_context_is_on_every_line_until_changed(void **state)
{
    (void)state;
    log_set_context("run", "1842");
    capture();
    log_event(LOG_INFO, "a.b", "k=1");
    log_event(LOG_INFO, "c.d", "%s", "");
    assert_string_equal(captured(), "<6>a.b run=1842 k=1\n<6>c.d run=1842\n");
    log_set_context(NULL, NULL);
    capture();
    log_event(LOG_INFO, "a.b", "k=1");
    assert_string_equal(captured(), "<6>a.b k=1\n");
}

static void
the_context_cannot_break_the_line(void **state)
{
    (void)state;
    log_set_context("request", "x\n<3>forged.event");
    capture();
    log_event(LOG_INFO, "a.b", "k=1");
    assert_string_equal(captured(), "<6>a.b request=x <3>forged.event k=1\n");
    log_set_context(NULL, NULL);
}

static void
levels_above_the_set_one_are_dropped(void **state)
{
    (void)state;
    capture();
    log_event(LOG_DEBUG, "a.b", "%s", "");
    log_set_level(LOG_ERROR);
    log_event(LOG_WARN, "c.d", "%s", "");
    log_event(LOG_ERROR, "e.f", "%s", "");
    log_set_level(LOG_DEBUG);
    log_event(LOG_DEBUG, "g.h", "%s", "");
    log_set_level(LOG_INFO);
    assert_string_equal(captured(), "<3>e.f\n<7>g.h\n");
}

static void
a_long_line_is_cut_but_ends(void **state)
{
    (void)state;
    char text[6000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    capture();
    log_event(LOG_INFO, "a.b", "%s", text);
    const char *line = captured();
    size_t len = strlen(line);
    assert_true(len > 2000 && len < 2500);
    assert_int_equal(line[len - 1], '\n');
    assert_ptr_equal(strchr(line, '\n'), line + len - 1);
}

static void
a_cut_line_is_still_utf8(void **state)
{
    (void)state;
    for (int lead = 0; lead < 3; lead++) {
        char text[6000];
        size_t at = (size_t)lead;
        memset(text, '-', at);
        for (; at + 3 < sizeof text; at += 3)
            memcpy(text + at, "\xe2\x82\xac", 3);
        text[at] = '\0';
        capture();
        log_event(LOG_INFO, "a.b", "%s", text);
        const char *line = captured();
        size_t body = strlen(line) - strlen("<6>a.b ") - 1;
        assert_true(body > 2000);
        assert_int_equal((body - (size_t)lead) % 3, 0);
    }
}

static char sunk[256];

static void
sink(void *arg, enum log_level level, const char *event, const char *text)
{
    snprintf(sunk, sizeof sunk, "%s|%d|%s|%s", (const char *)arg, level, event,
             text);
}

static void
a_sink_sees_event_and_text(void **state)
{
    (void)state;
    log_set_context("run", "7");
    log_set_sink(sink, "arg");
    capture();
    log_event(LOG_INFO, "a.b", "k=%d", 1);
    captured();
    assert_string_equal(sunk, "arg|6|a.b|k=1");
    capture();
    log_event(LOG_DEBUG, "not.logged", "%s", "");
    log_set_sink(NULL, NULL);
    log_event(LOG_INFO, "c.d", "k=%d", 2);
    captured();
    assert_string_equal(sunk, "arg|6|a.b|k=1");
    log_set_context(NULL, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_one_line),
        cmocka_unit_test(the_context_is_on_every_line_until_changed),
        cmocka_unit_test(the_context_cannot_break_the_line),
        cmocka_unit_test(levels_above_the_set_one_are_dropped),
        cmocka_unit_test(a_long_line_is_cut_but_ends),
        cmocka_unit_test(a_cut_line_is_still_utf8),
        cmocka_unit_test(a_sink_sees_event_and_text),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
