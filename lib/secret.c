#include "lib/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TOKEN_BYTES = 32, PASSWORD_CHARS = 20 };

bool
secret_init(struct err *err)
{
    if (sodium_init() < 0)
        return err_set(err, ERR_INTERNAL, "libsodium cannot start");
    return true;
}

bool
secret_password_hash(struct arena *a, const char *password, const char **hash,
                     struct err *err)
{
    char *out = arena_alloc(a, crypto_pwhash_STRBYTES);
    if (crypto_pwhash_str(out, password, strlen(password),
                          crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return err_set(err, ERR_RETRY, "not enough memory for a password hash");
    *hash = out;
    return true;
}

/* A well-formed hash of today's limits that no password is known for, so that
 * a name that does not exist takes as long as one that does. */
static void
hash_of_nobody(char out[crypto_pwhash_STRBYTES])
{
    snprintf(out, crypto_pwhash_STRBYTES,
             "$argon2id$v=19$m=%u,t=%u,p=1$cXVvdGVtaWxsLW5vYm9keQ$"
             "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
             (unsigned)(crypto_pwhash_MEMLIMIT_INTERACTIVE / 1024U),
             (unsigned)crypto_pwhash_OPSLIMIT_INTERACTIVE);
}

bool
secret_password_verify(const char *hash, const char *password)
{
    char nobody[crypto_pwhash_STRBYTES];
    bool is_known = hash != NULL && strlen(hash) < sizeof nobody;
    if (!is_known) {
        hash_of_nobody(nobody);
        hash = nobody;
    }
    bool matches =
        crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
    return is_known && matches;
}

bool
secret_password_is_old(const char *hash)
{
    return crypto_pwhash_str_needs_rehash(
               hash, crypto_pwhash_OPSLIMIT_INTERACTIVE,
               crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0;
}

static char *
base64(struct arena *a, const unsigned char *bytes, size_t len)
{
    const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    size_t size = sodium_base64_encoded_len(len, variant);
    return sodium_bin2base64(arena_alloc(a, size), size, bytes, len, variant);
}

static const char *
hex(struct arena *a, const unsigned char *bytes, size_t len)
{
    return sodium_bin2hex(arena_alloc(a, len * 2 + 1), len * 2 + 1, bytes, len);
}

const char *
secret_token(struct arena *a)
{
    unsigned char bytes[TOKEN_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    return base64(a, bytes, sizeof bytes);
}

/* Four groups of consonant-vowel pairs and a digit: 4 x (4 letters + digit),
 * about (20^2 x 5^2 x 8)^4 choices, 65 bits. */
const char *
secret_password(struct arena *a)
{
    static const char consonants[] = "bcdfghjkmnpqrstvwxyz";
    static const char vowels[] = "aeiou", digits[] = "23456789";
    char *out = arena_alloc(a, PASSWORD_CHARS + 1);
    for (uint32_t i = 0; i < PASSWORD_CHARS; i++) {
        const char *set = i % 5 == 4       ? digits
                          : i % 5 % 2 != 0 ? vowels
                                           : consonants;
        out[i] = set[randombytes_uniform((uint32_t)strlen(set))];
    }
    return out;
}

const char *
secret_hash_hex(struct arena *a, const void *bytes, size_t len)
{
    unsigned char out[SECRET_HASH_BYTES];
    crypto_generichash(out, sizeof out, bytes, len, NULL, 0);
    return hex(a, out, sizeof out);
}

/* libsodium wants its state aligned to 64 bytes. */
struct secret_hasher {
    crypto_generichash_state *state;
};

struct secret_hasher *
secret_hash_new(struct arena *a)
{
    const size_t align = 64;
    struct secret_hasher *h = arena_alloc(a, sizeof *h);
    char *room = arena_alloc(a, sizeof *h->state + align);
    h->state = (void *)(room + (align - (uintptr_t)room % align) % align);
    crypto_generichash_init(h->state, NULL, 0, SECRET_HASH_BYTES);
    return h;
}

void
secret_hash_add(struct secret_hasher *h, const void *bytes, size_t len)
{
    crypto_generichash_update(h->state, bytes, len);
}

const char *
secret_hash_end(struct arena *a, struct secret_hasher *h)
{
    unsigned char out[SECRET_HASH_BYTES];
    crypto_generichash_final(h->state, out, sizeof out);
    return hex(a, out, sizeof out);
}

bool
secret_equal(const char *x, const char *y)
{
    size_t len = strlen(x);
    return strlen(y) == len && sodium_memcmp(x, y, len) == 0;
}

const char *
secret_mac_hex(struct arena *a, const unsigned char key[SECRET_KEY_BYTES],
               const char *purpose, const char *text)
{
    crypto_generichash_state state;
    unsigned char out[SECRET_HASH_BYTES];
    crypto_generichash_init(&state, key, SECRET_KEY_BYTES, sizeof out);
    crypto_generichash_update(&state, (const unsigned char *)purpose,
                              strlen(purpose) + 1);
    crypto_generichash_update(&state, (const unsigned char *)text,
                              strlen(text));
    crypto_generichash_final(&state, out, sizeof out);
    return hex(a, out, sizeof out);
}

const char *
secret_hmac_hex(struct arena *a, const char *key, const char *text)
{
    crypto_auth_hmacsha256_state state;
    unsigned char out[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key,
                                strlen(key));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text,
                                  strlen(text));
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
    return hex(a, out, sizeof out);
}

const char *
secret_seal(struct arena *a, const unsigned char key[SECRET_KEY_BYTES],
            const char *plain)
{
    size_t len = strlen(plain);
    size_t size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + len;
    unsigned char *box = arena_alloc(a, size);
    randombytes_buf(box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES,
                          (const unsigned char *)plain, len, box, key);
    return base64(a, box, size);
}

bool
secret_open(struct arena *a, const unsigned char key[SECRET_KEY_BYTES],
            const char *sealed, const char **plain, struct err *err)
{
    const size_t overhead =
        crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    size_t sealed_len = strlen(sealed), size;
    unsigned char *box = arena_alloc(a, sealed_len + 1);
    if (sodium_base642bin(box, sealed_len + 1, sealed, sealed_len, NULL, &size,
                          NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        size < overhead)
        return err_set(err, ERR_INTERNAL, "sealed text is damaged");
    unsigned char *out = arena_alloc(a, size - overhead + 1);
    if (crypto_secretbox_open_easy(out, box + crypto_secretbox_NONCEBYTES,
                                   size - crypto_secretbox_NONCEBYTES, box,
                                   key) != 0)
        return err_set(err, ERR_INTERNAL,
                       "sealed text was made with another key, or changed");
    *plain = (const char *)out;
    return true;
}

bool
secret_key_read(const char *path, unsigned char key[SECRET_KEY_BYTES],
                struct err *err)
{
    char text[SECRET_KEY_BYTES * 2 + 2] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_INPUT, "key file %s: %s", path,
                       strerror(errno));
    ssize_t len = read(fd, text, sizeof text);
    close(fd);
    size_t digits = 2 * (size_t)SECRET_KEY_BYTES, size = 0;
    const char *end = text;
    bool is_whole = len == (ssize_t)digits ||
                    (len == (ssize_t)digits + 1 && text[digits] == '\n');
    if (!is_whole ||
        sodium_hex2bin(key, SECRET_KEY_BYTES, text, digits, NULL, &size,
                       &end) != 0 ||
        size != SECRET_KEY_BYTES) {
        sodium_memzero(text, sizeof text);
        return err_set(err, ERR_INPUT, "key file %s: not %zu hex digits", path,
                       digits);
    }
    sodium_memzero(text, sizeof text);
    return true;
}

double
secret_uniform(void)
{
    uint64_t bits;
    randombytes_buf(&bits, sizeof bits);
    return (double)(bits >> 11) * 0x1.0p-53;
}
