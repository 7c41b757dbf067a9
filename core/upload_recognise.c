#include "core/saved_mapping.h"
#include "core/upload.h"

#include <string.h>

/* One recognition, with what it is asked with. */
struct attempt {
    struct arena *a;
    struct recognise_input in;
    const char *const *answers;
    size_t n_answers;
    const char *saved; /* asked for by name; "": none; NULL: not said */
};

static bool
has_field(const char *const *answers, size_t n, const char *answer)
{
    size_t len = strcspn(answer, "=");
    for (size_t i = 0; i < n; i++)
        if (strncmp(answers[i], answer, len + 1) == 0)
            return true;
    return false;
}

/* The answers given, and those of a saved mapping that were not. */
static void
merge(struct attempt *t, const struct saved_mapping *m)
{
    const char **all =
        arena_array(t->a, t->n_answers + m->n_answers, sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < m->n_answers; i++)
        if (!has_field(t->answers, t->n_answers, m->answers[i]))
            all[n++] = m->answers[i];
    for (size_t i = 0; i < t->n_answers; i++)
        all[n++] = t->answers[i];
    t->in.answers = all;
    t->in.n_answers = n;
}

static void
split_answers(struct attempt *t, const char *const *answers, size_t n)
{
    static const char saved[] = "saved=";
    const char **kept = arena_array(t->a, n, sizeof *kept);
    for (size_t i = 0; i < n; i++) {
        if (strncmp(answers[i], saved, strlen(saved)) == 0)
            t->saved = answers[i] + strlen(saved);
        else
            kept[t->n_answers++] = answers[i];
    }
    t->answers = kept;
    t->in.answers = t->answers;
    t->in.n_answers = t->n_answers;
}

static bool
find_named(struct attempt *t, struct db *db, struct saved_mapping *out,
           struct err *err)
{
    struct saved_mapping *all;
    size_t n;
    if (!saved_mapping_list(t->a, db, NULL, 0, &all, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(all[i].name, t->saved) == 0) {
            *out = all[i];
            return true;
        }
    return err_set(err, ERR_INPUT, "there is no saved mapping \"%.64s\"",
                   t->saved);
}

/* The newest saved mapping of files with this header; name NULL: none. */
static bool
find_by_header(struct attempt *t, struct db *db, const struct recognised *seen,
               struct saved_mapping *out, struct err *err)
{
    const char *headers[2];
    size_t n_headers = 0, n;
    struct saved_mapping *found;
    const char *line =
        saved_mapping_first_line(t->a, t->in.head, t->in.head_len);
    const char *header =
        seen != NULL ? saved_mapping_header(t->a, &seen->mapping) : NULL;
    if (line != NULL)
        headers[n_headers++] = line;
    if (header != NULL)
        headers[n_headers++] = header;
    *out = (struct saved_mapping){0};
    if (n_headers == 0)
        return true;
    if (!saved_mapping_list(t->a, db, headers, n_headers, &found, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (out->name == NULL || found[i].updated_at > out->updated_at)
            *out = found[i];
    return true;
}

static bool
with_saved(struct attempt *t, const struct saved_mapping *m,
           struct recognised *out, struct err *err)
{
    merge(t, m);
    if (!recognise(t->a, &t->in, out, err))
        return err_wrap(err, "with the saved mapping \"%s\"", m->name);
    out->why =
        arena_printf(t->a, "your saved mapping \"%s\"; %s", m->name, out->why);
    return true;
}

static bool
our_symbols(struct attempt *t, struct db *db, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(t->a, db, SQL_upload_symbols, DB_NONE, &rows, err))
        return false;
    t->in.n_symbols = (size_t)db_count(rows);
    const char **symbols = arena_array(t->a, t->in.n_symbols, sizeof *symbols);
    for (size_t i = 0; i < t->in.n_symbols; i++)
        symbols[i] = db_text(rows, (int)i, "symbol");
    t->in.symbols = symbols;
    return true;
}

bool
upload_recognise(struct arena *a, struct db *db, const struct upload *u,
                 const char *const *answers, size_t n_answers,
                 struct recognised *out, struct err *err)
{
    struct attempt t = {
        .a = a,
        .in = {.name = u->name,
               .head = u->head,
               .head_len = u->head_len,
               .tail = u->tail,
               .tail_len = u->tail_len,
               .is_whole = u->plain_bytes <= (int64_t)u->head_len},
    };
    struct saved_mapping m = {0};
    if (answers == NULL)
        split_answers(&t, u->answers, u->n_answers);
    else
        split_answers(&t, answers, n_answers);
    if (!our_symbols(&t, db, err))
        return false;
    if (t.saved != NULL && t.saved[0] != '\0')
        return find_named(&t, db, &m, err) && with_saved(&t, &m, out, err);
    struct recognised plain;
    bool ok = recognise(a, &t.in, &plain, err);
    if (!ok && err->kind != ERR_INPUT)
        return false;
    bool is_settled = ok && plain.n_questions == 0 && plain.confidence >= 1;
    struct err trouble;
    if (!is_settled && t.saved == NULL) {
        if (!find_by_header(&t, db, ok ? &plain : NULL, &m, &trouble)) {
            *err = trouble;
            return false;
        }
        /* one that no longer fits says nothing */
        if (m.name != NULL && with_saved(&t, &m, out, &trouble))
            return true;
    }
    if (ok)
        *out = plain;
    return ok;
}
