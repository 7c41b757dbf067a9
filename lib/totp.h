/* One-time codes of an authenticator app: TOTP with SHA-1, six digits, steps
 * of 30 seconds, which every app speaks (liboath).
 *
 * source  RFC 6238, RFC 4226
 */
#ifndef LIB_TOTP_H
#define LIB_TOTP_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

EXTERN_C_BEGIN

enum { TOTP_STEP_S = 30, TOTP_DIGITS = 6 };

/* A new random secret of 160 bits: 32 base32 characters. Needs secret_init. */
const char *totp_secret(struct arena *a);

/* otpauth:// address of the secret, as authenticator apps take it. */
const char *totp_uri(struct arena *a, const char *issuer, const char *account,
                     const char *secret);

/* The secret in groups of four, to type. */
const char *totp_spaced(struct arena *a, const char *secret);

/* Whether `code` (blanks inside are fine) belongs to the step of real_ts or to
 * the one before or after it.
 *
 * last_step  the last step that was used; it and older ones never match, so a
 *            code works once
 * step       the step that matched, to be stored as the new last_step
 */
bool totp_check(const char *secret, const char *code, int64_t real_ts,
                int64_t last_step, int64_t *step);

EXTERN_C_END

#endif
