#include "lib/multipart.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define TYPE       "multipart/form-data; boundary=XyZ"
#define PART(name) "--XyZ\r\nContent-Disposition: form-data; name=\"" name "\""

static struct arena *a;
static struct err err;

static int
setup(void **state)
{
    (void)state;
    a = arena_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

/* A body that comes in blocks of `step` bytes. */
struct source {
    const char *text;
    size_t len, at, step;
};

static bool
source_read(void *arg, void *to, size_t size, size_t *got, struct err *e)
{
    struct source *s = arg;
    (void)e;
    size_t n = s->len - s->at;
    n = n < s->step ? n : s->step;
    n = n < size ? n : size;
    memcpy(to, s->text + s->at, n);
    s->at += n;
    *got = n;
    return true;
}

static struct multipart *
opened(const char *text, size_t len, size_t step)
{
    struct source *s = arena_alloc(a, sizeof *s);
    struct multipart *m;
    *s = (struct source){.text = text, .len = len, .step = step};
    if (!multipart_open(a, TYPE, stream_open_fn(a, source_read, s), &m, &err))
        fail_msg("%s", err.text);
    return m;
}

/* All parts as "name[filename]=value;". NULL when it fails. */
static const char *
told(const char *text, size_t len, size_t step)
{
    struct multipart *m = opened(text, len, step);
    struct multipart_part part;
    struct buf *out = buf_new(a);
    const char *bytes;
    bool any;
    for (;;) {
        if (!multipart_next(m, &part, &any, &err))
            return NULL;
        if (!any)
            return out->data;
        buf_addf(out, "%s", part.name);
        if (part.filename != NULL)
            buf_addf(out, "[%s]", part.filename);
        buf_addc(out, '=');
        do {
            if (!multipart_read(m, &bytes, &len, &err))
                return NULL;
            buf_add(out, bytes, len);
        } while (len > 0);
        buf_addc(out, ';');
    }
}

static const char form[] = "preamble\r\n" PART("csrf") "\r\n\r\nabc\r\n" PART(
    "file") "; filename=\"prices.csv\"\r\n"
            "Content-Type: text/csv\r\n\r\n"
            "date,close\r\n--XyY\r\n\r\n-\r\n--Xy\r\n\r\n" PART(
                "empty") "\r\n\r\n\r\n" PART("none") "\r\n\r\n"
                                                     "--XyZ--\r\n"
                                                     "epilogue";

static void
parts_are_the_same_whatever_the_blocks(void **state)
{
    (void)state;
    static const char wanted[] = "csrf=abc;file[prices.csv]=date,close\r\n"
                                 "--XyY\r\n\r\n-\r\n--Xy\r\n;empty=;none=;";
    for (size_t step = 1; step < 100; step++)
        assert_string_equal(told(form, strlen(form), step), wanted);
    assert_string_equal(told(form, strlen(form), 100000), wanted);
}

static void
a_part_that_is_not_read_is_passed_over(void **state)
{
    (void)state;
    struct multipart_part part;
    static const char *const names[] = {"csrf", "file", "empty", "none"};
    bool any;
    for (size_t step = 1; step < 40; step += 3) {
        struct multipart *m = opened(form, strlen(form), step);
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            assert_true(multipart_next(m, &part, &any, &err) && any);
            assert_string_equal(part.name, names[i]);
        }
        assert_true(multipart_next(m, &part, &any, &err) && !any);
        assert_true(multipart_next(m, &part, &any, &err) && !any);
    }
}

static void
a_form_that_is_cut_off_fails(void **state)
{
    (void)state;
    size_t whole = (size_t)(strstr(form, "--XyZ--") - form) + 7;
    for (size_t len = 0; len < whole; len++) {
        assert_null(told(form, len, 5));
        assert_int_equal(err.kind, ERR_INPUT);
    }
    assert_non_null(told(form, whole, 5));
}

static void
a_large_file_comes_through_a_stream(void **state)
{
    (void)state;
    struct multipart_part part;
    struct buf *b = buf_new(a), *file = buf_new(a), *got;
    const char *csrf;
    bool any;
    for (size_t i = 0; i < 60000; i++)
        buf_addf(file, "2024-01-01,%zu\r\n", i * i);
    buf_addf(b,
             PART("csrf") "\r\n\r\nabc\r\n" PART(
                 "f") "; filename=\"x\"\r\n\r\n%s\r\n--XyZ--",
             file->data);
    struct multipart *m = opened(b->data, b->len, 30000);
    assert_true(multipart_next(m, &part, &any, &err) && any);
    assert_true(multipart_value(m, 3, &csrf, &err));
    assert_string_equal(csrf, "abc");
    assert_true(multipart_next(m, &part, &any, &err) && any);
    assert_true(stream_read_all(a, multipart_stream(m), &got, &err));
    assert_int_equal(got->len, file->len);
    assert_memory_equal(got->data, file->data, file->len);
    assert_true(multipart_next(m, &part, &any, &err) && !any);
}

static void
names_of_files_are_for_people(void **state)
{
    (void)state;
    static const struct {
        const char *header, *wanted;
    } cases[] = {
        {"; filename=\"a.csv\"", "a.csv"},
        {"; filename=a.csv", "a.csv"},
        {"; filename=\"../../etc/passwd\"", "passwd"},
        {"; filename=\"C:\\\\data\\\\p.csv\"", "p.csv"},
        {"; filename=\"C:\\data\\p.csv\"", "p.csv"},
        {"; filename=\"a%22b%0D%0Ac.csv\"", "a\"b  c.csv"},
        {"; filename=\"a\\\"b.csv\"", "a\"b.csv"},
        {"; filename=\"\xC3\xA9t\xC3\xA9.csv\"", "\xC3\xA9t\xC3\xA9.csv"},
        {"; filename=\"\xE9.csv\"", "\xEF\xBF\xBD.csv"},
        {"; filename=\"a\x01\x7F.csv\"", "a  .csv"},
        {"; filename=\"\"", ""},
        {"; FileName=\"a;b.csv\"; x=y", "a;b.csv"},
    };
    struct multipart_part part;
    bool any;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *text =
            arena_printf(a, PART("f") "%s\r\n\r\n\r\n--XyZ--", cases[i].header);
        struct multipart *m = opened(text, strlen(text), 9);
        assert_true(multipart_next(m, &part, &any, &err) && any);
        assert_string_equal(part.filename, cases[i].wanted);
    }
    char *longer = arena_alloc(a, 4001);
    memset(longer, 'x', 4000);
    const char *text = arena_printf(
        a, PART("f") "; filename=\"%s\"\r\n\r\n\r\n--XyZ--", longer);
    struct multipart *m = opened(text, strlen(text), 999);
    assert_true(multipart_next(m, &part, &any, &err) && any);
    assert_int_equal(strlen(part.filename), MULTIPART_FILENAME_MAX);
}

static void
what_is_no_form_is_refused(void **state)
{
    (void)state;
    struct buf *many = buf_new(a), *longer = buf_new(a);
    for (int i = 0; i < 1001; i++)
        buf_adds(many, PART("x") "\r\n\r\n\r\n");
    buf_adds(many, "--XyZ--");
    buf_adds(longer, PART("x"));
    for (int i = 0; i < 1000; i++)
        buf_adds(longer, "\r\nX-Header: y");
    buf_adds(longer, "\r\n\r\n\r\n--XyZ--");
    const char *const bad[] = {
        "",
        "no boundary at all",
        "--XyZ",
        "--XyZbad\r\n\r\n--XyZ--",
        "--XyZ\r\n\r\nabc\r\n--XyZ--",
        "--XyZ\r\nContent-Type: text/csv\r\n\r\nabc\r\n--XyZ--",
        "--XyZ\r\nContent-Disposition: attachment; name=\"x\"\r\n\r\n--XyZ--",
        "--XyZ\r\nContent-Disposition: form-data\r\n\r\n\r\n--XyZ--",
        "--XyZ\r\nContent-Disposition: form-data; name=\"\xFF\"\r\n\r\n\r\n"
        "--XyZ--",
        many->data,
        longer->data,
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_null(told(bad[i], strlen(bad[i]), 100));
        assert_int_equal(err.kind, ERR_INPUT);
    }
}

static void
only_multipart_with_a_fit_boundary_is_opened(void **state)
{
    (void)state;
    static const char *const good[] = {
        "multipart/form-data; boundary=x",
        "Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b\"",
    };
    static const char *const bad[] = {
        "",
        "text/csv",
        "multipart/form-data",
        "multipart/form-datax; boundary=x",
        "multipart/mixed; boundary=x",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"a \"",
        "multipart/form-data; boundary=a\"b",
        "multipart/form-data; boundary="
        "0123456789012345678901234567890123456789012345678901234567890123456789"
        "0",
    };
    struct stream *s = stream_open_bytes(a, "", 0);
    struct multipart *m;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(multipart_open(a, good[i], s, &m, &err));
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(multipart_open(a, bad[i], s, &m, &err));
        assert_int_equal(err.kind, ERR_INPUT);
    }
    assert_false(multipart_open(a, NULL, s, &m, &err));
}

static void
values_are_bounded_text(void **state)
{
    (void)state;
    static const char text[] = PART("a") "\r\n\r\nx\r\ny\r\n" PART(
        "b") "\r\n\r\n\xFF\r\n" PART("c") "\r\n\r\nlonger\r\n--XyZ--";
    struct multipart *m = opened(text, strlen(text), 3);
    struct multipart_part part;
    const char *value;
    bool any;
    assert_true(multipart_next(m, &part, &any, &err));
    assert_true(multipart_value(m, 100, &value, &err));
    assert_string_equal(value, "x\ny");
    assert_true(multipart_next(m, &part, &any, &err));
    assert_false(multipart_value(m, 100, &value, &err));
    assert_true(multipart_next(m, &part, &any, &err));
    assert_false(multipart_value(m, 5, &value, &err));
    assert_int_equal(err.kind, ERR_INPUT);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(parts_are_the_same_whatever_the_blocks),
        T(a_part_that_is_not_read_is_passed_over),
        T(a_form_that_is_cut_off_fails),
        T(a_large_file_comes_through_a_stream),
        T(names_of_files_are_for_people),
        T(what_is_no_form_is_refused),
        T(only_multipart_with_a_fit_boundary_is_opened),
        T(values_are_bounded_text),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
