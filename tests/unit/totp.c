#include "lib/totp.h"

#include "lib/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* "12345678901234567890", the secret of RFC 6238's test vectors */
static const char rfc_secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

static void
codes_are_those_of_rfc_6238(void **state)
{
    (void)state;
    /* appendix B, SHA1, the last six of eight digits */
    static const struct {
        int64_t ts;
        const char *code;
    } vectors[] = {{59, "287082"},         {1111111109, "081804"},
                   {1111111111, "050471"}, {1234567890, "005924"},
                   {2000000000, "279037"}, {20000000000, "353130"}};
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        int64_t step = -1;
        assert_true(
            totp_check(rfc_secret, vectors[i].code, vectors[i].ts, 0, &step));
        assert_int_equal(step, vectors[i].ts / TOTP_STEP_S);
    }
}

static void
clocks_may_differ_by_one_step(void **state)
{
    (void)state;
    int64_t step;
    assert_true(totp_check(rfc_secret, "005924", 1234567890 + 30, 0, &step));
    assert_true(totp_check(rfc_secret, "005924", 1234567890 - 30, 0, &step));
    assert_int_equal(step, 1234567890 / 30);
    assert_false(totp_check(rfc_secret, "005924", 1234567890 + 60, 0, &step));
    assert_false(totp_check(rfc_secret, "005924", 1234567890 - 60, 0, &step));
}

static void
a_code_works_once(void **state)
{
    (void)state;
    int64_t step, again;
    assert_true(totp_check(rfc_secret, "005924", 1234567890, 0, &step));
    assert_false(totp_check(rfc_secret, "005924", 1234567890, step, &again));
    assert_false(
        totp_check(rfc_secret, "005924", 1234567890, step + 1, &again));
}

static void
blanks_are_fine_and_anything_else_is_not(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "00592",   "0059240", "00592a",
                                      "-05924", "005.924", "٠٠٥٩٢٤"};
    int64_t step;
    assert_true(totp_check(rfc_secret, " 005 924 ", 1234567890, 0, &step));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(totp_check(rfc_secret, bad[i], 1234567890, 0, &step));
    assert_false(totp_check("not base32!", "005924", 1234567890, 0, &step));
}

static void
new_secrets_are_160_bits_and_differ(void **state)
{
    (void)state;
    struct err err;
    assert_true(secret_init(&err));
    struct arena *a = arena_new();
    const char *secret = totp_secret(a);
    assert_int_equal(strlen(secret), 32);
    assert_int_equal(strspn(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 32);
    assert_string_not_equal(secret, totp_secret(a));
    arena_free(a);
}

static void
apps_get_an_address_and_people_get_groups(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_string_equal(totp_uri(a, "quotemill", "a b@c", "ABCD"),
                        "otpauth://totp/quotemill:a%20b%40c?secret=ABCD&"
                        "issuer=quotemill");
    assert_string_equal(totp_spaced(a, "ABCDEFGHI"), "ABCD EFGH I");
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_rfc_6238),
        cmocka_unit_test(clocks_may_differ_by_one_step),
        cmocka_unit_test(a_code_works_once),
        cmocka_unit_test(blanks_are_fine_and_anything_else_is_not),
        cmocka_unit_test(new_secrets_are_160_bits_and_differ),
        cmocka_unit_test(apps_get_an_address_and_people_get_groups),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
