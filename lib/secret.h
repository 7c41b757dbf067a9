/* Passwords, tokens, MACs and secrets at rest (libsodium). */
#ifndef LIB_SECRET_H
#define LIB_SECRET_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

EXTERN_C_BEGIN

enum { SECRET_KEY_BYTES = 32, SECRET_HASH_BYTES = 32 };

/* Call once, before anything else here. fails ERR_INTERNAL */
MUST_USE bool secret_init(struct err *err);

/* Argon2id, libsodium's text form, with INTERACTIVE limits. */
MUST_USE bool secret_password_hash(struct arena *a, const char *password,
                                   const char **hash, struct err *err);
/* Takes as long for a wrong password as for a right one. hash NULL (no such
 * user) takes as long too and is false. */
bool secret_password_verify(const char *hash, const char *password);
/* True when the hash was made with weaker limits than today's. */
bool secret_password_is_old(const char *hash);

/* A token of 32 random bytes, base64url without padding (43 characters). */
const char *secret_token(struct arena *a);
/* A pronounceable-enough password of 20 characters, no look-alikes. */
const char *secret_password(struct arena *a);
/* BLAKE2b-256 as 64 hex digits: what is stored of a token, and the address of
 * an archived object. */
const char *secret_hash_hex(struct arena *a, const void *bytes, size_t len);
/* The same of bytes that come in parts; the hasher lives on the arena. */
struct secret_hasher;
MUST_USE struct secret_hasher *secret_hash_new(struct arena *a);
void secret_hash_add(struct secret_hasher *h, const void *bytes, size_t len);
/* Ends it: nothing can be added any more. */
const char *secret_hash_end(struct arena *a, struct secret_hasher *h);
/* Constant-time comparison of two texts. */
bool secret_equal(const char *x, const char *y);

/* Keyed token for a purpose (CSRF): hex of BLAKE2b(key, purpose NUL text). */
const char *secret_mac_hex(struct arena *a,
                           const unsigned char key[SECRET_KEY_BYTES],
                           const char *purpose, const char *text);

/* HMAC-SHA256 with a key of any length, in hex.
 * source  RFC 2104, RFC 4231 */
const char *secret_hmac_hex(struct arena *a, const char *key, const char *text);

/* Secretbox: base64 of nonce and box. fails ERR_INTERNAL when forged. */
const char *secret_seal(struct arena *a,
                        const unsigned char key[SECRET_KEY_BYTES],
                        const char *plain);
MUST_USE bool secret_open(struct arena *a,
                          const unsigned char key[SECRET_KEY_BYTES],
                          const char *sealed, const char **plain,
                          struct err *err);

/* Reads a key file of 64 hex digits. fails ERR_INPUT, naming the file */
MUST_USE bool secret_key_read(const char *path,
                              unsigned char key[SECRET_KEY_BYTES],
                              struct err *err);

/* A uniform number in [0, 1), for jitter. */
double secret_uniform(void);

EXTERN_C_END

#endif
