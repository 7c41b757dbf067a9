#include "lib/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static const unsigned char key_one[SECRET_KEY_BYTES] = {1, 2, 3};
static const unsigned char key_two[SECRET_KEY_BYTES] = {1, 2, 4};

static int
arena_make(void **state)
{
    struct err err;
    *state = arena_new();
    return secret_init(&err) ? 0 : 1;
}

static int
arena_drop(void **state)
{
    arena_free(*state);
    return 0;
}

static void
only_the_right_password_matches(void **state)
{
    struct arena *a = *state;
    struct err err;
    const char *hash, *again;
    assert_true(secret_password_hash(a, "correct horse", &hash, &err));
    assert_true(secret_password_hash(a, "correct horse", &again, &err));
    assert_string_not_equal(hash, again);
    assert_memory_equal(hash, "$argon2id$", 10);
    assert_true(secret_password_verify(hash, "correct horse"));
    assert_false(secret_password_verify(hash, "correct horsf"));
    assert_false(secret_password_verify(hash, ""));
    assert_false(secret_password_is_old(hash));
}

static void
no_part_of_a_long_password_is_ignored(void **state)
{
    struct arena *a = *state;
    struct err err;
    char x[301], y[301];
    memset(x, 'x', 300);
    x[300] = '\0';
    memcpy(y, x, sizeof y);
    y[299] = 'y';
    const char *hash;
    assert_true(secret_password_hash(a, x, &hash, &err));
    assert_true(secret_password_verify(hash, x));
    assert_false(secret_password_verify(hash, y));
}

static void
an_unknown_user_is_never_right_and_costs_as_much(void **state)
{
    (void)state;
    /* Were the stand-in hash malformed, libsodium would return at once. */
    assert_false(secret_password_verify(NULL, ""));
    assert_false(secret_password_verify(NULL, "quotemill-nobody"));
    clock_t start = clock();
    assert_false(secret_password_verify("$argon2id$not-a-hash", "x"));
    clock_t malformed = clock() - start;
    start = clock();
    assert_false(secret_password_verify(NULL, "x"));
    assert_true(clock() - start > 10 * malformed);
}

static void
a_weak_hash_is_known_as_old(void **state)
{
    (void)state;
    assert_true(secret_password_is_old(
        "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"));
    assert_true(secret_password_is_old("nonsense"));
}

static void
tokens_and_passwords_differ_each_time(void **state)
{
    struct arena *a = *state;
    const char *token = secret_token(a), *password = secret_password(a);
    assert_int_equal(strlen(token), 43);
    assert_int_equal(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
                                   "qrstuvwxyz0123456789-_"),
                     43);
    assert_string_not_equal(token, secret_token(a));
    assert_int_equal(strlen(password), 20);
    assert_int_equal(strcspn(password, "l1IO0"), 20);
    assert_string_not_equal(password, secret_password(a));
}

static void
hashes_are_blake2b(void **state)
{
    /* b2sum -l 256 of the three bytes abc */
    assert_string_equal(
        secret_hash_hex(*state, "abc", 3),
        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void
macs_differ_by_key_purpose_and_text(void **state)
{
    struct arena *a = *state;
    const char *mac = secret_mac_hex(a, key_one, "csrf", "text");
    assert_int_equal(strlen(mac), 64);
    assert_string_equal(mac, secret_mac_hex(a, key_one, "csrf", "text"));
    assert_string_not_equal(mac, secret_mac_hex(a, key_two, "csrf", "text"));
    assert_string_not_equal(mac, secret_mac_hex(a, key_one, "flash", "text"));
    assert_string_not_equal(mac, secret_mac_hex(a, key_one, "csrf", "texu"));
    assert_string_not_equal(secret_mac_hex(a, key_one, "ab", "c"),
                            secret_mac_hex(a, key_one, "a", "bc"));
}

/* RFC 4231, cases 2 and 6: a short key, and one longer than a block. */
static void
hmacs_are_sha256_with_keys_of_any_length(void **state)
{
    char key[132];
    memset(key, '\xaa', 131);
    key[131] = '\0';
    assert_string_equal(
        secret_hmac_hex(*state, "Jefe", "what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_string_equal(
        secret_hmac_hex(
            *state, key,
            "Test Using Larger Than Block-Size Key - Hash Key First"),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void
texts_are_equal_only_when_equal(void **state)
{
    (void)state;
    assert_true(secret_equal("", ""));
    assert_true(secret_equal("abc", "abc"));
    assert_false(secret_equal("abc", "abd"));
    assert_false(secret_equal("abc", "ab"));
    assert_false(secret_equal("", "a"));
}

static void
sealed_text_opens_with_its_key_only(void **state)
{
    struct arena *a = *state;
    struct err err;
    const char *sealed = secret_seal(a, key_one, "JBSWY3DP");
    const char *plain;
    assert_null(strstr(sealed, "JBSWY3DP"));
    assert_true(secret_open(a, key_one, sealed, &plain, &err));
    assert_string_equal(plain, "JBSWY3DP");
    assert_false(secret_open(a, key_two, sealed, &plain, &err));
    assert_int_equal(err.kind, ERR_INTERNAL);
    char *changed = arena_strdup(a, sealed);
    changed[40] = changed[40] == 'A' ? 'B' : 'A';
    assert_false(secret_open(a, key_one, changed, &plain, &err));
    assert_false(secret_open(a, key_one, "", &plain, &err));
    assert_false(secret_open(a, key_one, "!!", &plain, &err));
    assert_string_not_equal(sealed, secret_seal(a, key_one, "JBSWY3DP"));
}

static bool
key_reads(const char *text, unsigned char *key)
{
    struct err err;
    char path[] = "/tmp/qm-key-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    bool ok = secret_key_read(path, key, &err);
    unlink(path);
    if (!ok)
        assert_non_null(strstr(err.text, path));
    return ok;
}

static void
a_key_file_is_exactly_64_hex_digits(void **state)
{
    (void)state;
    unsigned char key[SECRET_KEY_BYTES];
    struct err err;
    const char *hex = "000102030405060708090a0b0c0d0e0f"
                      "101112131415161718191A1B1C1D1E1F";
    char text[80];
    assert_true(key_reads(hex, key));
    for (int i = 0; i < SECRET_KEY_BYTES; i++)
        assert_int_equal(key[i], i);
    snprintf(text, sizeof text, "%s\n", hex);
    assert_true(key_reads(text, key));
    snprintf(text, sizeof text, "%s0\n", hex);
    assert_false(key_reads(text, key));
    assert_false(key_reads(hex + 1, key));
    snprintf(text, sizeof text, "%.63sg", hex);
    assert_false(key_reads(text, key));
    assert_false(key_reads("", key));
    assert_false(secret_key_read("/nonexistent/key", key, &err));
}

static void
jitter_stays_below_one(void **state)
{
    (void)state;
    double low = 1, high = 0;
    for (int i = 0; i < 1000; i++) {
        double u = secret_uniform();
        assert_true(u >= 0 && u < 1);
        low = u < low ? u : low;
        high = u > high ? u : high;
    }
    assert_true(low < 0.1 && high > 0.9);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, arena_make, arena_drop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(only_the_right_password_matches),
        CASE(no_part_of_a_long_password_is_ignored),
        CASE(an_unknown_user_is_never_right_and_costs_as_much),
        CASE(a_weak_hash_is_known_as_old),
        CASE(tokens_and_passwords_differ_each_time),
        CASE(hashes_are_blake2b),
        CASE(macs_differ_by_key_purpose_and_text),
        CASE(hmacs_are_sha256_with_keys_of_any_length),
        CASE(texts_are_equal_only_when_equal),
        CASE(sealed_text_opens_with_its_key_only),
        CASE(a_key_file_is_exactly_64_hex_digits),
        CASE(jitter_stays_below_one),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
