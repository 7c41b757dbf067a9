#include "core/saved_mapping.h"

#include "core/audit.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/utf8.h"

#include <string.h>

enum { HEADER_MAX = 4000 };

const char *
saved_mapping_header(struct arena *a, const struct mapping *m)
{
    struct buf *b = buf_new(a);
    if (!m->has_header && m->shape == MAPPING_DELIMITED)
        return NULL;
    for (size_t i = 0; i < m->n_columns; i++) {
        if (i > 0)
            buf_addc(b, ',');
        buf_adds(b, m->columns[i]);
    }
    return b->len > 0 ? utf8_clean(a, b->data, HEADER_MAX) : NULL;
}

const char *
saved_mapping_first_line(struct arena *a, const char *head, size_t len)
{
    struct buf *b = buf_new(a);
    size_t at = len >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < len && strchr(" \t\r\n", head[at]) != NULL && head[at] != '\0')
        at++;
    for (; at < len && head[at] != '\n' && head[at] != '\r'; at++) {
        if (head[at] == '\0')
            return NULL;
        if (head[at] != '"')
            buf_addc(b, strchr(";\t|", head[at]) != NULL ? ',' : head[at]);
    }
    bool has_letter = false;
    for (size_t i = 0; i < b->len && !has_letter; i++)
        has_letter = ((unsigned char)b->data[i] | 0x20) >= 'a' &&
                     ((unsigned char)b->data[i] | 0x20) <= 'z';
    return has_letter ? utf8_clean(a, b->data, HEADER_MAX) : NULL;
}

/* A file's own matters are not a kind's. */
static bool
is_kept(const char *answer)
{
    static const char *const not_kept[] = {"instrument=", "saved="};
    for (size_t i = 0; i < COUNT_OF(not_kept); i++)
        if (strncmp(answer, not_kept[i], strlen(not_kept[i])) == 0)
            return false;
    return true;
}

static const char *
spec_write(struct arena *a, const char *const *answers, size_t n)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_key(b, "answers");
    json_open(b, '[');
    for (size_t i = 0; i < n; i++)
        if (is_kept(answers[i]))
            json_put_str(b, answers[i]);
    json_close(b, ']');
    json_close(b, '}');
    return b->data;
}

static bool
spec_read(struct arena *a, const char *spec, struct saved_mapping *out,
          struct err *err)
{
    struct json doc;
    if (!json_parse(a, spec, strlen(spec), &doc, err))
        return err_wrap(err, "saved mapping %s", out->name);
    struct json list = json_get(doc, "answers");
    const char **answers = arena_array(a, json_count(list), sizeof *answers);
    for (struct json_iter it = json_iter(list); json_next(&it);)
        if (json_str(it.value) != NULL)
            answers[out->n_answers++] = json_str(it.value);
    out->answers = answers;
    return true;
}

struct save_call {
    struct arena *a;
    const char *name, *header, *spec, *who, *address;
};

static bool
save_in_tx(struct db *db, void *arg, struct err *err)
{
    const struct save_call *c = arg;
    return db_exec(db, SQL_saved_mapping_save,
                   DB_ARGS(c->name, c->header, c->spec, c->who), NULL, err) &&
           audit_add(db, c->who, "mapping.save",
                     arena_printf(c->a, "mapping:%s", c->name), NULL, c->spec,
                     c->address, err);
}

bool
saved_mapping_save(struct db *db, const char *name, const char *header,
                   const char *const *answers, size_t n, const char *who,
                   const char *address, struct err *err)
{
    size_t chars = 0;
    for (const char *s = name; *s != '\0'; s++) {
        chars += ((unsigned char)*s & 0xc0) != 0x80;
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            chars = 65;
    }
    if (chars == 0 || chars > 64)
        return err_set(err, ERR_INPUT,
                       "a mapping's name has 1 to 64 characters");
    struct arena *a = arena_new();
    struct save_call c = {.a = a,
                          .name = name,
                          .header = header != NULL ? header : "",
                          .spec = spec_write(a, answers, n),
                          .who = who,
                          .address = address};
    bool ok = db_tx(db, save_in_tx, &c, err);
    arena_free(a);
    return ok || err_wrap(err, "save the mapping \"%s\"", name);
}

bool
saved_mapping_list(struct arena *a, struct db *db, const char *const *headers,
                   size_t n_headers, struct saved_mapping **out, size_t *n,
                   struct err *err)
{
    struct db_rows *rows;
    if (!db_query(
            a, db, SQL_saved_mapping_list,
            DB_ARGS(headers != NULL ? fmt_array(a, headers, n_headers) : NULL),
            &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++) {
        struct saved_mapping *m = &(*out)[i];
        *m = (struct saved_mapping){
            .id = db_i64(rows, i, "id"),
            .name = db_text(rows, i, "name"),
            .header = db_text(rows, i, "header"),
            .created_by = db_text(rows, i, "created_by"),
            .updated_at = db_i64(rows, i, "updated_at"),
        };
        if (!spec_read(a, db_text(rows, i, "spec"), m, err))
            return false;
    }
    return true;
}

struct delete_call {
    struct arena *a;
    int64_t id;
    const char *who, *address;
};

static bool
delete_in_tx(struct db *db, void *arg, struct err *err)
{
    const struct delete_call *c = arg;
    struct db_rows *rows;
    if (!db_query(c->a, db, SQL_saved_mapping_delete,
                  DB_ARGS(fmt_i64(c->a, c->id)), &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING, "there is no such saved mapping");
    return audit_add(db, c->who, "mapping.delete",
                     arena_printf(c->a, "mapping:%s", db_text(rows, 0, "name")),
                     NULL, NULL, c->address, err);
}

bool
saved_mapping_delete(struct db *db, int64_t id, const char *who,
                     const char *address, struct err *err)
{
    struct arena *a = arena_new();
    struct delete_call c = {.a = a, .id = id, .who = who, .address = address};
    bool ok = db_tx(db, delete_in_tx, &c, err);
    arena_free(a);
    return ok;
}
