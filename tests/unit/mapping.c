#include "core/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char whole[] =
    "{\"format\":\"custom\",\"shape\":\"delimited\",\"delimiter\":\";\","
    "\"decimal\":\",\",\"skip_lines\":2,\"header\":true,\"rows_at\":\"\","
    "\"columns\":[\"Datum\",\"Kurs \\\"x\\\"\",\"sym\",\"n\"],\"time\":0,"
    "\"clock\":null,\"time_form\":\"dmy\",\"zone\":\"Europe/Berlin\","
    "\"symbol\":2,\"flag\":null,\"trades\":false,\"id\":null,"
    "\"interval\":\"1d\",\"series\":[{\"symbol\":\"AAPL\",\"theirs\":\"a\","
    "\"open\":null,\"high\":null,\"low\":null,\"close\":1,\"volume\":3},"
    "{\"symbol\":\"MSFT\",\"theirs\":\"m\",\"open\":1,\"high\":1,\"low\":1,"
    "\"close\":1,\"volume\":null}],\"left_out\":[\"z\"]}";

static void
json_gives_back_what_went_in(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct mapping m;
    struct err err;
    assert_true(mapping_from_json(a, whole, sizeof whole - 1, &m, &err));
    assert_string_equal(mapping_to_json(a, &m), whole);
    assert_int_equal(m.interval_s, 86400);
    assert_int_equal(m.series[0].column[FIELD_OPEN], -1);
    assert_int_equal(m.series[1].column[FIELD_LOW], 1);
    assert_int_equal(m.delimiter, ';');
    assert_true(mapping_check(&m, &err));
    arena_free(a);
}

/* The text with one part replaced. */
static void
check_wrong(const char *part, const char *with, const char *expected)
{
    struct arena *a = arena_new();
    struct mapping m;
    struct err err;
    const char *at = strstr(whole, part);
    assert_non_null(at);
    const char *text = arena_printf(a, "%.*s%s%s", (int)(at - whole), whole,
                                    with, at + strlen(part));
    if (mapping_from_json(a, text, strlen(text), &m, &err))
        fail_msg("%s was read", text);
    assert_int_equal(err.kind, ERR_INPUT);
    assert_string_equal(err.text, expected);
    arena_free(a);
}

static void
each_mistake_in_json_is_named(void **state)
{
    (void)state;
    check_wrong("\"shape\":\"delimited\"", "\"shape\":\"round\"",
                "mapping: shape: expected delimited, json_arrays, "
                "json_objects or json_map");
    check_wrong("\"delimiter\":\";\"", "\"delimiter\":\"x\"",
                "mapping: delimiter: expected ,;\t|");
    check_wrong("\"skip_lines\":2", "\"skip_lines\":-2",
                "mapping: skip_lines: expected 0 or more");
    check_wrong("\"time\":0", "\"time\":4",
                "mapping: time: expected a column of the file, or null");
    check_wrong("\"time\":0", "\"time\":null",
                "mapping: time: expected a column");
    check_wrong("\"time_form\":\"dmy\"", "\"time_form\":\"x\"",
                "mapping: time_form: expected the name of a way to write "
                "times");
    check_wrong("Europe/Berlin", "../../etc/passwd",
                "mapping: zone: expected an IANA zone, as Europe/Berlin");
    check_wrong("\"1d\"", "\"1w\"",
                "mapping: interval: expected 1m, 5m, 15m, 1h, 4h or 1d");
    check_wrong("\"close\":1,\"volume\":3", "\"close\":null",
                "mapping: close: expected a column");
    check_wrong("\"header\":true", "\"header\":1",
                "mapping: header: expected true or false");
    check_wrong("[\"z\"]", "[1]", "mapping: left_out: expected texts");
    check_wrong("\"format\":\"custom\",", "",
                "mapping: format: expected a text");
}

static const char *
open_part(struct mapping *m, struct err *err)
{
    return mapping_check(m, err) ? "" : err->text;
}

static void
what_is_open_is_said(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct mapping m;
    struct err err;
    assert_true(mapping_from_json(a, whole, sizeof whole - 1, &m, &err));
    m.interval_s = 0;
    assert_string_equal(open_part(&m, &err), "the interval is open");
    m.interval_s = 60;
    m.series[1].symbol = NULL;
    assert_string_equal(open_part(&m, &err), "the instrument of m is open");
    m.series[1].symbol = "AAPL";
    assert_string_equal(open_part(&m, &err), "two series are AAPL");
    m.series[1].symbol = "MSFT";
    m.series[1].column[FIELD_HIGH] = -1;
    assert_string_equal(open_part(&m, &err),
                        "high has no column; give it one, or leave open, "
                        "high and low out");
    m.n_series = 0;
    assert_string_equal(open_part(&m, &err), "no column is a price");
    m.time_column = -1;
    assert_string_equal(open_part(&m, &err), "no column is the time");
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_gives_back_what_went_in),
        cmocka_unit_test(each_mistake_in_json_is_named),
        cmocka_unit_test(what_is_open_is_said),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
