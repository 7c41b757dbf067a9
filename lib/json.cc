/* simdjson's DOM writes a document as a flat tape of 64-bit words; a handle
 * is a document and a position on its tape. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" /* json_iter: struct and function */
#include "lib/json.h"
#pragma GCC diagnostic pop

#include <cmath>
#include <cstring>
#include <new>

#include <simdjson.h>

#include "lib/number.h"

using simdjson::dom::document;
using simdjson::internal::tape_ref;
using simdjson::internal::tape_type;

enum { COUNT_SATURATED = 0xFFFFFF, TEXT_DEPTH_MAX = 1024 };

static const struct json none = {nullptr, 0};

static tape_ref
tape_of(struct json v)
{
    return tape_ref(static_cast<const document *>(v.doc), v.index);
}

static void
document_free(void *arg)
{
    delete static_cast<document *>(arg);
}

bool
json_parse(struct arena *a, const char *text, size_t len, struct json *out,
           struct err *err)
{
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3; /* a byte order mark is no JSON, but some send one */
        len -= 3;
    }
    document *doc = new (std::nothrow) document();
    if (doc == nullptr)
        return err_set(err, ERR_INTERNAL, "out of memory");
    arena_defer(a, document_free, doc);
    simdjson::dom::parser parser;
    simdjson::error_code code =
        parser.parse_into_document(*doc, text, len).error();
    if (code == simdjson::MEMALLOC)
        return err_set(err, ERR_INTERNAL, "out of memory");
    if (code != simdjson::SUCCESS)
        return err_set(err, ERR_INPUT, "not JSON: %s (%zu bytes)",
                       simdjson::error_message(code), len);
    *out = {doc, 1};
    return true;
}

enum json_type
json_type(struct json v)
{
    if (v.doc == nullptr)
        return JSON_NONE;
    switch (tape_of(v).tape_ref_type()) {
    case tape_type::NULL_VALUE:
        return JSON_NULL;
    case tape_type::TRUE_VALUE:
    case tape_type::FALSE_VALUE:
        return JSON_BOOL;
    case tape_type::INT64:
    case tape_type::UINT64:
    case tape_type::DOUBLE:
        return JSON_NUMBER;
    case tape_type::STRING:
        return JSON_STRING;
    case tape_type::START_ARRAY:
        return JSON_ARRAY;
    case tape_type::START_OBJECT:
        return JSON_OBJECT;
    default:
        return JSON_NONE;
    }
}

size_t
json_count(struct json v)
{
    enum json_type type = json_type(v);
    if (type != JSON_ARRAY && type != JSON_OBJECT)
        return 0;
    size_t n = tape_of(v).scope_count();
    if (n < COUNT_SATURATED)
        return n;
    n = 0;
    for (struct json_iter it = json_iter(v); json_next(&it);)
        n++;
    return n;
}

struct json
json_get(struct json v, const char *key)
{
    if (json_type(v) != JSON_OBJECT)
        return none;
    size_t len = strlen(key);
    for (struct json_iter it = json_iter(v); json_next(&it);)
        if (it.key_len == len && memcmp(it.key, key, len) == 0)
            return it.value;
    return none;
}

struct json
json_at(struct json v, size_t i)
{
    if (json_type(v) != JSON_ARRAY)
        return none;
    for (struct json_iter it = json_iter(v); json_next(&it); i--)
        if (i == 0)
            return it.value;
    return none;
}

bool
json_f64(struct json v, double *out)
{
    if (v.doc == nullptr)
        return false;
    tape_ref t = tape_of(v);
    switch (t.tape_ref_type()) {
    case tape_type::DOUBLE:
        *out = t.next_tape_value<double>();
        return true;
    case tape_type::INT64:
        *out = static_cast<double>(t.next_tape_value<int64_t>());
        return true;
    case tape_type::UINT64:
        *out = static_cast<double>(t.next_tape_value<uint64_t>());
        return true;
    case tape_type::STRING:
        return number_parse_f64(t.get_c_str(), t.get_string_length(), out);
    default:
        return false;
    }
}

/* A double that is a whole number and counts exactly. */
static bool
whole(double v, int64_t *out)
{
    if (!(std::fabs(v) <= 9007199254740992.0) || v != std::trunc(v))
        return false;
    *out = static_cast<int64_t>(v);
    return true;
}

bool
json_i64(struct json v, int64_t *out)
{
    if (v.doc == nullptr)
        return false;
    tape_ref t = tape_of(v);
    switch (t.tape_ref_type()) {
    case tape_type::INT64:
        *out = t.next_tape_value<int64_t>();
        return true;
    case tape_type::DOUBLE:
        return whole(t.next_tape_value<double>(), out);
    case tape_type::STRING:
        return number_parse_i64(t.get_c_str(), t.get_string_length(), out);
    default:
        return false; /* UINT64 is used above INT64_MAX only */
    }
}

const char *
json_str_len(struct json v, size_t *len)
{
    if (json_type(v) != JSON_STRING)
        return nullptr;
    *len = tape_of(v).get_string_length();
    return tape_of(v).get_c_str();
}

const char *
json_str(struct json v)
{
    size_t len;
    return json_str_len(v, &len);
}

bool
json_bool(struct json v, bool *out)
{
    if (json_type(v) != JSON_BOOL)
        return false;
    *out = tape_of(v).is_true();
    return true;
}

struct json_iter
json_iter(struct json v)
{
    struct json_iter it = {none, nullptr, 0, v, 0, 0};
    enum json_type type = json_type(v);
    if (type == JSON_ARRAY || type == JSON_OBJECT) {
        it.at = v.index + 1;
        it.end = tape_of(v).matching_brace_index() - 1;
    }
    return it;
}

bool
json_next(struct json_iter *it)
{
    if (it->at >= it->end)
        return false;
    const document *doc = static_cast<const document *>(it->container.doc);
    if (tape_of(it->container).tape_ref_type() == tape_type::START_OBJECT) {
        tape_ref key(doc, it->at);
        it->key = key.get_c_str();
        it->key_len = key.get_string_length();
        it->at++;
    }
    it->value = {doc, it->at};
    it->at = tape_ref(doc, it->at).after_element();
    return true;
}

/* Stops adding once there is more than max; what is over is cut after. */
static void
text_add(struct arena *a, struct buf *b, struct json v, size_t max, int depth)
{
    if (b->len > max || depth > TEXT_DEPTH_MAX)
        return;
    enum json_type type = json_type(v);
    bool flag = false;
    double number = 0;
    int64_t integer = 0;
    switch (type) {
    case JSON_ARRAY:
    case JSON_OBJECT:
        json_open(b, type == JSON_ARRAY ? '[' : '{');
        for (struct json_iter it = json_iter(v);
             b->len <= max && json_next(&it);) {
            if (it.key != nullptr)
                json_key(b, it.key);
            text_add(a, b, it.value, max, depth + 1);
        }
        json_close(b, type == JSON_ARRAY ? ']' : '}');
        return;
    case JSON_STRING:
        json_put_str(b, json_str(v));
        return;
    case JSON_NUMBER:
        if (json_i64(v, &integer))
            json_put_i64(b, integer);
        else if (json_f64(v, &number))
            json_put_f64(b, number);
        return;
    case JSON_BOOL:
        if (json_bool(v, &flag))
            json_put_bool(b, flag);
        return;
    case JSON_NULL:
        json_put_null(b);
        return;
    case JSON_NONE:
        return;
    }
}

const char *
json_text(struct arena *a, struct json v, size_t max)
{
    struct buf *b = buf_new(a);
    text_add(a, b, v, max, 0);
    if (b->len > max) {
        while (max > 0 &&
               (static_cast<unsigned char>(b->data[max]) & 0xC0) == 0x80)
            max--;
        b->data[max] = '\0';
    }
    return b->data;
}
