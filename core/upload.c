#include "core/upload.h"

#include "core/audit.h"
#include "core/upload_settle.h"
#include "core/undo.h"
#include "core/series.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/utf8.h"

#include <string.h>

enum { NAME_MAX_BYTES = 200, ERROR_MAX_BYTES = 2000 };

static const struct {
    const char *state, *words;
} state_words[] = {
    {"received", "waits to be checked"},
    {"checking", "is being checked"},
    {"checked", "is checked"},
    {"storing", "is being stored"},
    {"stored", "is stored"},
    {"undoing", "is being undone"},
    {"undone", "was undone"},
    {"failed", "failed"},
    {"discarded", "was discarded"},
};

const char *
upload_state_words(const char *state)
{
    for (size_t i = 0; i < COUNT_OF(state_words); i++)
        if (strcmp(state, state_words[i].state) == 0)
            return state_words[i].words;
    return state;
}

static const char *const packings[] = {
    [STREAM_PLAIN] = "plain", [STREAM_GZIP] = "gzip", [STREAM_ZSTD] = "zstd"};

/* bytea's text form. */
static const char *
hex_write(struct arena *a, const char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char *out = arena_alloc(a, 2 * len + 3);
    out[0] = '\\';
    out[1] = 'x';
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        out[2 + 2 * i] = digits[c >> 4];
        out[3 + 2 * i] = digits[c & 15];
    }
    return out;
}

static unsigned
hex_digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

/* What the server printed is well-formed. */
static const char *
hex_read(struct arena *a, const char *text, size_t *len)
{
    *len = (strlen(text) - 2) / 2;
    char *out = arena_alloc(a, *len + 1);
    for (size_t i = 0; i < *len; i++)
        out[i] = (char)(hex_digit(text[2 + 2 * i]) << 4 |
                        hex_digit(text[3 + 2 * i]));
    return out;
}

struct create_call {
    struct arena *a;
    const struct upload *u;
    const char *address;
    int64_t id;
};

static bool
create_in_tx(struct db *db, void *arg, struct err *err)
{
    struct create_call *c = arg;
    const struct upload *u = c->u;
    struct arena *a = c->a;
    struct db_rows *rows;
    const char *name = utf8_clean(a, u->name, NAME_MAX_BYTES);
    if (!db_query_one(a, db, SQL_upload_create,
                      DB_ARGS(name, u->archive_hash, fmt_i64(a, u->bytes),
                              fmt_i64(a, u->plain_bytes), packings[u->packing],
                              hex_write(a, u->head, u->head_len),
                              hex_write(a, u->tail, u->tail_len), u->source,
                              u->uploaded_by),
                      &rows, err))
        return false;
    c->id = db_i64(rows, 0, "id");
    struct buf *after = buf_new(a);
    json_open(after, '{');
    json_key(after, "name");
    json_put_str(after, name);
    json_key(after, "bytes");
    json_put_i64(after, u->bytes);
    json_key(after, "hash");
    json_put_str(after, u->archive_hash);
    json_close(after, '}');
    return audit_add(db, u->uploaded_by, "upload.receive",
                     arena_printf(a, "upload:%lld", (long long)c->id), NULL,
                     after->data, c->address, err);
}

bool
upload_create(struct db *db, const struct upload *u, const char *address,
              int64_t *id, struct err *err)
{
    struct arena *a = arena_new();
    struct create_call c = {.a = a, .u = u, .address = address};
    bool ok = db_tx(db, create_in_tx, &c, err);
    if (ok)
        *id = c.id;
    arena_free(a);
    return ok || err_wrap(err, "note the upload");
}

/* A JSON array of texts. */
static bool
texts_read(struct arena *a, const char *json, const char *const **out,
           size_t *n, struct err *err)
{
    struct json doc;
    if (!json_parse(a, json, strlen(json), &doc, err))
        return false;
    const char **texts = arena_array(a, json_count(doc), sizeof *texts);
    *n = 0;
    for (struct json_iter it = json_iter(doc); json_next(&it);)
        texts[(*n)++] = json_str(it.value);
    *out = texts;
    return true;
}

static void
read_job(const struct db_rows *rows, int i, struct upload *out)
{
    out->job_id = db_i64(rows, i, "job_id");
    out->bytes_done = db_i64(rows, i, "bytes_done");
    out->rows_done = db_i64(rows, i, "rows_done");
    out->job_started_at = db_i64(rows, i, "job_started_at");
    out->job_kind = out->job_id != 0 ? db_text(rows, i, "job_kind") : "";
    out->job_state = out->job_id != 0 ? db_text(rows, i, "job_state") : "";
    out->job_by = out->job_id != 0 ? db_text(rows, i, "job_by") : "";
    out->job_error = db_text(rows, i, "job_error");
    out->job_attempt = (int)db_i64(rows, i, "job_attempt");
    out->job_max_attempts = (int)db_i64(rows, i, "job_max_attempts");
    out->job_seconds = db_f64(rows, i, "job_seconds");
    out->job_is_silent = db_bool(rows, i, "job_silent");
}

static bool
read_upload(struct arena *a, const struct db_rows *rows, int i,
            struct upload *out, struct err *err)
{
    *out = (struct upload){
        .id = db_i64(rows, i, "id"),
        .name = db_text(rows, i, "name"),
        .archive_hash = db_text(rows, i, "archive_hash"),
        .bytes = db_i64(rows, i, "bytes"),
        .plain_bytes = db_i64(rows, i, "plain_bytes"),
        .source = db_text(rows, i, "source"),
        .uploaded_by = db_text(rows, i, "uploaded_by"),
        .state = db_text(rows, i, "state"),
        .format = db_text(rows, i, "format"),
        .mapping = db_text(rows, i, "mapping"),
        .auto_store = db_bool(rows, i, "auto_store"),
        .n_rows = db_i64(rows, i, "rows_all"),
        .count = {.n_new = db_i64(rows, i, "rows_new"),
                  .n_same = db_i64(rows, i, "rows_same"),
                  .n_changed = db_i64(rows, i, "rows_changed"),
                  .n_refused = db_i64(rows, i, "rows_refused"),
                  .n_flagged = db_i64(rows, i, "rows_flagged")},
        .error = db_text(rows, i, "error"),
        .created_at = db_i64(rows, i, "created_at"),
        .checked_at = db_i64(rows, i, "checked_at"),
        .stored_at = db_i64(rows, i, "stored_at"),
        .load_id = db_i64(rows, i, "load_id"),
        .run_id = db_i64(rows, i, "run_id"),
    };
    const char *packing = db_text(rows, i, "packing");
    for (size_t k = 0; k < COUNT_OF(packings); k++)
        if (strcmp(packing, packings[k]) == 0)
            out->packing = (enum stream_packing)k;
    read_job(rows, i, out);
    return texts_read(a, db_text(rows, i, "answers"), &out->answers,
                      &out->n_answers, err) &&
           texts_read(a, db_text(rows, i, "symbols"), &out->symbols,
                      &out->n_symbols, err);
}

bool
upload_get(struct arena *a, struct db *db, int64_t id, struct upload *out,
           struct err *err)
{
    const char *key = fmt_i64(a, id);
    struct db_call calls[] = {
        {.sql = SQL_upload_list, .args = DB_ARGS(key, NULL, "1")},
        {.sql = SQL_upload_sample, .args = DB_ARGS(key)},
    };
    if (!db_query_many(a, db, calls, COUNT_OF(calls), err))
        return false;
    if (db_count(calls[0].rows) == 0)
        return err_set(err, ERR_MISSING, "there is no upload %lld",
                       (long long)id);
    if (!read_upload(a, calls[0].rows, 0, out, err))
        return false;
    out->head = hex_read(a, db_text(calls[1].rows, 0, "head"), &out->head_len);
    out->tail = hex_read(a, db_text(calls[1].rows, 0, "tail"), &out->tail_len);
    return true;
}

bool
upload_list(struct arena *a, struct db *db, int64_t before_id, int limit,
            struct upload **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_upload_list,
                  DB_ARGS(NULL, before_id != 0 ? fmt_i64(a, before_id) : NULL,
                          fmt_i64(a, limit)),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        if (!read_upload(a, rows, i, &(*out)[i], err))
            return false;
    return true;
}

bool
upload_same(struct arena *a, struct db *db, const char *hash, int64_t but_not,
            int64_t *id, int64_t *load_id, struct err *err)
{
    struct db_rows *rows;
    *id = *load_id = 0;
    if (!db_query(a, db, SQL_upload_same, DB_ARGS(hash, fmt_i64(a, but_not)),
                  &rows, err))
        return false;
    if (db_count(rows) > 0) {
        *id = db_i64(rows, 0, "id");
        *load_id = db_i64(rows, 0, "load_id");
    }
    return true;
}

/* --- asking */

/* A change of an upload's state, audited. */
struct ask {
    struct arena *a;
    enum sql_id sql;
    struct db_args args;
    const char *action, *object, *after, *who, *address;
    int64_t n;
};

static bool
ask_in_tx(struct db *db, void *arg, struct err *err)
{
    struct ask *c = arg;
    struct db_rows *rows;
    if (!db_query(c->a, db, c->sql, c->args, &rows, err))
        return false;
    c->n = db_count(rows);
    return c->n == 0 || audit_add(db, c->who, c->action, c->object, NULL,
                                  c->after, c->address, err);
}

static bool
refuse_by_state(struct arena *a, struct db *db, int64_t id, struct err *err)
{
    struct upload u = {.state = ""};
    if (!upload_get(a, db, id, &u, err))
        return false;
    if (strcmp(u.state, "checked") == 0 && u.count.n_refused >= u.n_rows)
        return err_set(err, ERR_CONFLICT,
                       "nothing of upload %lld could be stored: every row "
                       "was refused",
                       (long long)id);
    return err_set(err, ERR_CONFLICT, "upload %lld %s", (long long)id,
                   upload_state_words(u.state));
}

static bool
ask(struct db *db, struct ask *c, int64_t id, struct err *err)
{
    c->object = arena_printf(c->a, "upload:%lld", (long long)id);
    return db_tx(db, ask_in_tx, c, err) &&
           (c->n > 0 || refuse_by_state(c->a, db, id, err));
}

bool
upload_answer(struct db *db, int64_t id, const char *const *answers,
              size_t n_answers, struct err *err)
{
    struct arena *a = arena_new();
    int64_t n = 0;
    bool ok = db_exec(db, SQL_upload_answer,
                      DB_ARGS(fmt_i64(a, id), fmt_array(a, answers, n_answers)),
                      &n, err) &&
              (n > 0 || refuse_by_state(a, db, id, err));
    arena_free(a);
    return ok;
}

const char *
upload_mapping_symbols(struct arena *a, const struct mapping *m)
{
    const char **symbols = arena_array(a, m->n_series, sizeof *symbols);
    size_t n = 0;
    for (size_t i = 0; i < m->n_series; i++) {
        bool known = m->series[i].symbol == NULL;
        for (size_t k = 0; k < n && !known; k++)
            known = strcmp(symbols[k], m->series[i].symbol) == 0;
        if (!known)
            symbols[n++] = m->series[i].symbol;
    }
    return fmt_array(a, symbols, n);
}

bool
upload_ask_check(struct db *db, int64_t id, const struct mapping *m,
                 bool auto_store, const char *who, const char *address,
                 struct err *err)
{
    if (!mapping_check(m, err))
        return false;
    struct arena *a = arena_new();
    const char *mapping = mapping_to_json(a, m);
    struct ask c = {.a = a,
                    .sql = SQL_upload_ask_check,
                    .args = DB_ARGS(fmt_i64(a, id), m->format, mapping,
                                    upload_mapping_symbols(a, m),
                                    fmt_bool(auto_store), who, address),
                    .action = "upload.check",
                    .after = mapping,
                    .who = who,
                    .address = address};
    bool ok = ask(db, &c, id, err);
    arena_free(a);
    return ok;
}

bool
upload_ask_store(struct db *db, int64_t id, const char *who,
                 const char *address, struct err *err)
{
    struct arena *a = arena_new();
    struct ask c = {.a = a,
                    .sql = SQL_upload_ask_store,
                    .args = DB_ARGS(fmt_i64(a, id), who, address),
                    .action = "upload.store",
                    .who = who,
                    .address = address};
    bool ok = ask(db, &c, id, err);
    arena_free(a);
    return ok;
}

bool
upload_stop(struct db *db, int64_t id, const char *who, const char *address,
            struct err *err)
{
    struct arena *a = arena_new();
    struct ask c = {
        .a = a,
        .sql = SQL_upload_stop,
        .args =
            DB_ARGS(fmt_i64(a, id),
                    arena_printf(a, "stopped by %s; nothing was stored", who)),
        .action = "upload.stop",
        .who = who,
        .address = address};
    bool ok = ask(db, &c, id, err);
    arena_free(a);
    return ok;
}

bool
upload_discard(struct db *db, int64_t id, const char *who, const char *address,
               struct err *err)
{
    struct arena *a = arena_new();
    struct ask c = {.a = a,
                    .sql = SQL_upload_discard,
                    .args = DB_ARGS(fmt_i64(a, id)),
                    .action = "upload.discard",
                    .who = who,
                    .address = address};
    bool ok = ask(db, &c, id, err);
    arena_free(a);
    return ok;
}

bool
upload_ask_undo(struct db *db, int64_t load_id, const char *who,
                const char *address, struct err *err)
{
    struct arena *a = arena_new();
    const char *why = NULL;
    struct ask c = {.a = a,
                    .sql = SQL_upload_ask_undo,
                    .args = DB_ARGS(fmt_i64(a, load_id), who, address),
                    .action = "load.undo.ask",
                    .object = arena_printf(a, "load:%lld", (long long)load_id),
                    .who = who,
                    .address = address};
    bool ok = undo_obstacle(a, db, load_id, &why, err);
    if (ok && why != NULL)
        ok = err_set(err, ERR_CONFLICT, "%s", why);
    ok = ok && db_tx(db, ask_in_tx, &c, err);
    if (ok && c.n == 0)
        ok = err_set(err, ERR_CONFLICT, "load %lld is being undone already",
                     (long long)load_id);
    arena_free(a);
    return ok;
}

bool
upload_refusals(struct arena *a, struct db *db, int64_t id, int limit,
                struct import_refusal **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_upload_refusals,
                  DB_ARGS(fmt_i64(a, id), fmt_i64(a, limit)), &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct import_refusal){
            .line = db_i64(rows, i, "line"),
            .symbol = db_text(rows, i, "symbol"),
            .doubt = {.ts = db_is_null(rows, i, "ts") ? SERIES_NO_TS
                                                      : db_i64(rows, i, "ts"),
                      .flag = db_bool(rows, i, "flag"),
                      .rule = db_text(rows, i, "rule"),
                      .field = db_text(rows, i, "field"),
                      .value = db_text(rows, i, "value"),
                      .expected = db_text(rows, i, "expected"),
                      .raw = db_text(rows, i, "raw")},
        };
    return true;
}

bool
upload_stored(struct db *db, int64_t id, const struct mapping *m,
              const struct import_result *r, const char *who, struct err *err)
{
    return upload_settle(db, id, "stored", m, r, who, err);
}

bool
upload_failed(struct db *db, int64_t id, const char *why, struct err *err)
{
    struct arena *a = arena_new();
    bool ok =
        db_exec(db, SQL_upload_fail,
                DB_ARGS(fmt_i64(a, id), utf8_clean(a, why, ERROR_MAX_BYTES)),
                NULL, err);
    arena_free(a);
    return ok;
}
