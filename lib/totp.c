#include "lib/totp.h"

#include "lib/buf.h"
#include "lib/form.h"
#include "lib/secret.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_BASE32_CHARS = 32 };

const char *
totp_secret(struct arena *a)
{
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char *out = arena_alloc(a, SECRET_BASE32_CHARS + 1);
    for (size_t i = 0; i < SECRET_BASE32_CHARS; i++)
        out[i] = base32[(int)(secret_uniform() * 32)];
    return out;
}

const char *
totp_uri(struct arena *a, const char *issuer, const char *account,
         const char *secret)
{
    const char *name = form_escape(a, issuer);
    return arena_printf(a, "otpauth://totp/%s:%s?secret=%s&issuer=%s", name,
                        form_escape(a, account), secret, name);
}

const char *
totp_spaced(struct arena *a, const char *secret)
{
    struct buf *b = buf_new(a);
    for (size_t i = 0; secret[i] != '\0'; i++) {
        if (i > 0 && i % 4 == 0)
            buf_addc(b, ' ');
        buf_addc(b, secret[i]);
    }
    return b->data;
}

/* The code's digits without blanks; false unless exactly six. */
static bool
code_clean(const char *code, char out[TOTP_DIGITS + 1])
{
    size_t n = 0;
    for (; *code != '\0'; code++) {
        if (*code == ' ')
            continue;
        if (*code < '0' || *code > '9' || n == TOTP_DIGITS)
            return false;
        out[n++] = *code;
    }
    out[n] = '\0';
    return n == TOTP_DIGITS;
}

bool
totp_check(const char *secret, const char *code, int64_t real_ts,
           int64_t last_step, int64_t *step)
{
    char given[TOTP_DIGITS + 1], right[TOTP_DIGITS + 1];
    char *key = NULL;
    size_t key_len = 0;
    if (!code_clean(code, given) ||
        oath_base32_decode(secret, strlen(secret), &key, &key_len) != OATH_OK)
        return false;
    bool matches = false;
    for (int64_t at = real_ts / TOTP_STEP_S - 1;
         at <= real_ts / TOTP_STEP_S + 1; at++) {
        if (oath_hotp_generate(key, key_len, (uint64_t)at, TOTP_DIGITS, false,
                               OATH_HOTP_DYNAMIC_TRUNCATION,
                               right) == OATH_OK &&
            secret_equal(right, given) && at > last_step && !matches) {
            matches = true;
            *step = at;
        }
    }
    free(key);
    return matches;
}
