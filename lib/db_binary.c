/* The binary COPY format, written and read.
 * source  PostgreSQL 15 manual, COPY, "Binary Format" */
#include "lib/db_own.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* PostgreSQL counts microseconds from 2000-01-01. */
static const int64_t pg_epoch_ts = 946684800;
static const int64_t us_per_s = 1000000;

static const unsigned char signature[11] = "PGCOPY\n\377\r\n";

enum { HEADER_BYTES = 19, FLOAT8_OID = 701 };

static unsigned char *
room(struct db *db, size_t more)
{
    struct db_copy *c = &db->copy;
    if (c->cap - c->len < more) {
        c->cap = c->cap * 2 + more + DB_COPY_FLUSH_BYTES;
        c->data = xrealloc(c->data, c->cap);
    }
    unsigned char *at = c->data + c->len;
    c->len += more;
    return at;
}

static void
put16(unsigned char *to, uint16_t v)
{
    v = __builtin_bswap16(v);
    memcpy(to, &v, sizeof v);
}

static void
put32(unsigned char *to, uint32_t v)
{
    v = __builtin_bswap32(v);
    memcpy(to, &v, sizeof v);
}

static void
put64(unsigned char *to, uint64_t v)
{
    v = __builtin_bswap64(v);
    memcpy(to, &v, sizeof v);
}

static uint16_t
get16(const unsigned char *from)
{
    uint16_t v;
    memcpy(&v, from, sizeof v);
    return __builtin_bswap16(v);
}

static uint32_t
get32(const unsigned char *from)
{
    uint32_t v;
    memcpy(&v, from, sizeof v);
    return __builtin_bswap32(v);
}

static uint64_t
get64(const unsigned char *from)
{
    uint64_t v;
    memcpy(&v, from, sizeof v);
    return __builtin_bswap64(v);
}

void
db_copy_header(struct db *db)
{
    db->copy.len = 0;
    db->copy.fields_left = 0;
    unsigned char *at = room(db, HEADER_BYTES);
    memcpy(at, signature, sizeof signature);
    put32(at + 11, 0); /* flags */
    put32(at + 15, 0); /* bytes of header extension */
}

void
db_copy_trailer(struct db *db)
{
    assert(db->copy.fields_left == 0);
    put16(room(db, 2), UINT16_MAX);
}

bool
db_copy_row(struct db *db, int n_fields, struct err *err)
{
    assert(db->copy.active);
    assert(db->copy.fields_left == 0);
    if (db->copy.len >= DB_COPY_FLUSH_BYTES && !db_copy_flush(db, err))
        return false;
    put16(room(db, 2), (uint16_t)n_fields);
    db->copy.fields_left = n_fields;
    return true;
}

/* A field's length word; its bytes follow. */
static unsigned char *
field(struct db *db, size_t len)
{
    assert(db->copy.fields_left > 0);
    db->copy.fields_left--;
    unsigned char *at = room(db, 4 + len);
    put32(at, (uint32_t)len);
    return at + 4;
}

void
db_copy_i64(struct db *db, int64_t v)
{
    put64(field(db, 8), (uint64_t)v);
}

void
db_copy_i32(struct db *db, int32_t v)
{
    put32(field(db, 4), (uint32_t)v);
}

void
db_copy_i16(struct db *db, int16_t v)
{
    put16(field(db, 2), (uint16_t)v);
}

void
db_copy_bool(struct db *db, bool v)
{
    *field(db, 1) = v;
}

void
db_copy_f64(struct db *db, double v)
{
    if (isnan(v)) {
        db_copy_null(db);
        return;
    }
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    put64(field(db, 8), bits);
}

void
db_copy_ts(struct db *db, int64_t ts)
{
    int64_t us;
    if (__builtin_sub_overflow(ts, pg_epoch_ts, &us) ||
        __builtin_mul_overflow(us, us_per_s, &us))
        us = ts < 0 ? INT64_MIN : INT64_MAX; /* -infinity, infinity */
    put64(field(db, 8), (uint64_t)us);
}

void
db_copy_us(struct db *db, int64_t us)
{
    if (__builtin_sub_overflow(us, pg_epoch_ts * us_per_s, &us))
        us = INT64_MIN;
    put64(field(db, 8), (uint64_t)us);
}

void
db_copy_text(struct db *db, const char *s)
{
    if (s == NULL) {
        db_copy_null(db);
        return;
    }
    db_copy_bytes(db, s, strlen(s));
}

void
db_copy_bytes(struct db *db, const void *bytes, size_t len)
{
    memcpy(field(db, len), bytes, len);
}

void
db_copy_null(struct db *db)
{
    assert(db->copy.fields_left > 0);
    db->copy.fields_left--;
    put32(room(db, 4), UINT32_MAX);
}

static bool
malformed(struct err *err)
{
    return err_set(err, ERR_INTERNAL, "COPY: not the binary format");
}

/* Skips the header, which the server sends before the first row. */
static bool
header(struct db_copy_reader *r, const unsigned char **at,
       const unsigned char *end, struct err *err)
{
    if (end - *at < HEADER_BYTES ||
        memcmp(*at, signature, sizeof signature) != 0)
        return malformed(err);
    uint32_t extension = get32(*at + 15);
    *at += HEADER_BYTES;
    if (extension > (size_t)(end - *at))
        return malformed(err);
    *at += extension;
    r->header_seen = true;
    return true;
}

/* The fields of one row, after its field count. */
static bool
row_fields(struct db_copy_reader *r, int n, const unsigned char **at,
           const unsigned char *end, struct err *err)
{
    if (n > r->cap) {
        r->fields = xrealloc(r->fields, (size_t)n * sizeof *r->fields);
        r->cap = n;
    }
    for (int i = 0; i < n; i++) {
        if (end - *at < 4)
            return malformed(err);
        int32_t len = (int32_t)get32(*at);
        *at += 4;
        if (len < -1 || len > end - *at)
            return malformed(err);
        r->fields[i] = (struct db_field){.data = *at, .len = len};
        *at += len < 0 ? 0 : len;
    }
    return true;
}

bool
db_copy_read(struct db_copy_reader *r, const unsigned char *data, size_t len,
             db_copy_fn *fn, void *arg, struct err *err)
{
    const unsigned char *at = data, *end = data + len;
    if (!r->header_seen && !header(r, &at, end, err))
        return false;
    while (at != end) {
        if (end - at < 2 || r->trailer_seen)
            return malformed(err);
        int n = (int16_t)get16(at);
        at += 2;
        if (n == -1) {
            r->trailer_seen = true;
            continue;
        }
        if (n < 0 || !row_fields(r, n, &at, end, err))
            return malformed(err);
        if (!fn(arg, r->fields, n, err))
            return false;
    }
    return true;
}

int64_t
db_field_i64(struct db_field f)
{
    switch (f.len) {
    case 8:
        return (int64_t)get64(f.data);
    case 4:
        return (int32_t)get32(f.data);
    case 2:
        return (int16_t)get16(f.data);
    default:
        assert(f.len == -1);
        return 0;
    }
}

double
db_field_f64(struct db_field f)
{
    if (f.len == -1)
        return NAN;
    assert(f.len == 8);
    uint64_t bits = get64(f.data);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

int64_t
db_field_ts(struct db_field f)
{
    if (f.len == -1)
        return 0;
    assert(f.len == 8);
    int64_t us = (int64_t)get64(f.data);
    int64_t s = us / us_per_s - (us % us_per_s < 0);
    return s + pg_epoch_ts;
}

uint64_t
db_field_tid(struct db_field f)
{
    assert(f.len == 6);
    return (uint64_t)get32(f.data) << 16 | get16(f.data + 4);
}

bool
db_field_f64_array(struct db_field f, double *out, size_t n)
{
    enum { HEAD = 12, DIMENSION = 8, ELEMENT = 12 };
    if (f.len < HEAD || get32(f.data + 4) != 0 ||
        get32(f.data + 8) != FLOAT8_OID)
        return false;
    uint32_t dimensions = get32(f.data);
    if (dimensions == 0)
        return n == 0;
    if (dimensions != 1 || f.len < HEAD + DIMENSION ||
        get32(f.data + HEAD) != n ||
        (size_t)f.len != HEAD + DIMENSION + n * ELEMENT)
        return false;
    const unsigned char *at = f.data + HEAD + DIMENSION;
    for (size_t i = 0; i < n; i++, at += ELEMENT) {
        if (get32(at) != 8)
            return false;
        out[i] = db_field_f64((struct db_field){.data = at + 4, .len = 8});
    }
    return true;
}
