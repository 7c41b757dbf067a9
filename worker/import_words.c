#include "worker/import_words.h"

#include "core/import_refused.h"
#include "lib/buf.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 500 };

/* --- questions ----------------------------------------------------------- */

static void
put_option(struct buf *b, const struct recognise_question *q)
{
    static const char *const own[] = {"instrument", "interval", "format"};
    bool is_own = false;
    for (size_t i = 0; i < COUNT_OF(own); i++)
        is_own = is_own || strcmp(own[i], q->field) == 0;
    buf_adds(b, is_own ? "--" : "--map ");
    buf_addf(b, "%s%c", q->field, is_own ? ' ' : '=');
    if (q->choices[0] == NULL) {
        buf_addf(b, "%s", q->hint != NULL ? q->hint : "...");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(q->choices) && q->choices[i] != NULL; i++)
        buf_addf(b, "%s%s", i > 0 ? "|" : "", q->choices[i]);
}

const char *
import_question_words(struct arena *a, const struct recognised *r)
{
    struct buf *b = buf_new(a);
    for (size_t i = 0; i < r->n_questions; i++) {
        const struct recognise_question *q = &r->questions[i];
        buf_addf(b, "%s%s (", i > 0 ? "; " : "", q->text);
        put_option(b, q);
        buf_addc(b, ')');
    }
    return b->data;
}

/* --- results ------------------------------------------------------------- */

const char *
import_text(struct arena *a, const struct import_report *r)
{
    const struct load_count *n = &r->result->count;
    struct buf *b = buf_new(a);
    buf_addf(b, "%s (%s): %s: %s new, %s the same, %s changed, %s refused",
             r->file, r->found->title,
             fmt_plural(a, r->result->n_rows, "row", "rows"),
             fmt_count(a, n->n_new), fmt_count(a, n->n_same),
             fmt_count(a, n->n_changed), fmt_count(a, n->n_refused));
    if (n->n_flagged > 0)
        buf_addf(b, ", %s stored and doubted", fmt_count(a, n->n_flagged));
    for (size_t i = 0; i < r->result->n_series && !r->dry_run; i++)
        buf_addf(b, "%s%s load %lld", i == 0 ? "; " : ", ",
                 r->result->series[i].symbol,
                 (long long)r->result->series[i].load_id);
    if (r->dry_run)
        buf_adds(b, "; nothing is stored yet");
    if (r->already != 0)
        buf_addf(b, "; this file was imported before, as load %lld",
                 (long long)r->already);
    size_t shown = 0;
    for (size_t i = 0; i < r->result->n_refusals && shown < 10; i++) {
        const struct import_refusal *x = &r->result->refusals[i];
        if (x->doubt.flag)
            continue;
        shown++;
        buf_addf(b, "\n  line %lld: %s \"%s\": expected %s", (long long)x->line,
                 x->doubt.field, utf8_clean(a, x->doubt.value, 60),
                 x->doubt.expected);
    }
    if ((int64_t)shown < n->n_refused)
        buf_addf(b, "\n  and %s more (--refused FILE writes them all)",
                 fmt_count(a, n->n_refused - (int64_t)shown));
    return b->data;
}

static void
put_counts(struct buf *b, int64_t rows, const struct load_count *n)
{
    json_member_i64(b, "rows", rows);
    json_member_i64(b, "new", n->n_new);
    json_member_i64(b, "same", n->n_same);
    json_member_i64(b, "changed", n->n_changed);
    json_member_i64(b, "refused", n->n_refused);
    json_member_i64(b, "flagged", n->n_flagged);
}

static void
put_text(struct arena *a, struct buf *b, const char *key, const char *text)
{
    json_key(b, key);
    json_put_str(b, text == NULL ? NULL : utf8_clean(a, text, TEXT_MAX));
}

static void
put_refusals(struct arena *a, struct buf *b, const struct import_result *r)
{
    json_key(b, "refusals");
    json_open(b, '[');
    for (size_t i = 0; i < r->n_refusals; i++) {
        const struct import_refusal *x = &r->refusals[i];
        if (x->doubt.flag)
            continue;
        json_open(b, '{');
        json_member_i64(b, "line", x->line);
        put_text(a, b, "symbol", x->symbol);
        put_text(a, b, "field", x->doubt.field);
        put_text(a, b, "value", x->doubt.value);
        put_text(a, b, "rule", x->doubt.rule);
        put_text(a, b, "expected", x->doubt.expected);
        json_close(b, '}');
    }
    json_close(b, ']');
}

const char *
import_json(struct arena *a, const struct import_report *r)
{
    const struct import_result *x = r->result;
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_member_id(b, "load", x->series[0].load_id);
    put_text(a, b, "format", r->found->mapping.format);
    put_counts(b, x->n_rows, &x->count);
    json_member_id(b, "upload", r->upload_id);
    put_text(a, b, "file", r->file);
    json_key(b, "instruments");
    json_open(b, '[');
    for (size_t i = 0; i < x->n_series; i++) {
        json_open(b, '{');
        put_text(a, b, "symbol", x->series[i].symbol);
        json_member_id(b, "load", x->series[i].load_id);
        put_counts(b, x->series[i].n_rows, &x->series[i].count);
        json_close(b, '}');
    }
    json_close(b, ']');
    json_member_id(b, "already", r->already);
    json_key(b, "dry_run");
    json_put_bool(b, r->dry_run);
    put_refusals(a, b, x);
    json_close(b, '}');
    return b->data;
}

const char *
import_json_failed(struct arena *a, const char *file, const struct err *why)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_member_id(b, "load", 0);
    put_text(a, b, "file", file);
    put_text(a, b, "error", why->text);
    json_close(b, '}');
    return b->data;
}

/* --- refused rows -------------------------------------------------------- */

struct import_refused {
    FILE *file;
    const char *path;
    const struct mapping *m;
    struct buf *line;
    long begin; /* of this file's rows */
    bool has_header;
};

static bool
trouble(const struct import_refused *f, struct err *err)
{
    return err_set(err, ERR_INPUT, "%s: %s", f->path, strerror(errno));
}

static void
close_file(void *arg)
{
    struct import_refused *f = arg;
    if (f->file != NULL)
        fclose(f->file);
}

bool
import_refused_open(struct arena *a, const char *path,
                    struct import_refused **out, struct err *err)
{
    struct import_refused *f = arena_alloc(a, sizeof *f);
    f->path = path;
    f->line = buf_new(a);
    f->file = fopen(path, "we");
    *out = f;
    if (f->file == NULL)
        return trouble(f, err);
    arena_defer(a, close_file, f);
    return true;
}

void
import_refused_file(struct import_refused *f, const struct mapping *m)
{
    f->m = m;
    f->begin = ftell(f->file);
    f->has_header = false;
}

bool
import_refused_again(struct import_refused *f, struct err *err)
{
    f->has_header = false;
    return (fflush(f->file) == 0 && fseek(f->file, f->begin, SEEK_SET) == 0 &&
            ftruncate(fileno(f->file), f->begin) == 0) ||
           trouble(f, err);
}

bool
import_refused_add(struct import_refused *f, const struct import_refusal *r,
                   struct err *err)
{
    if (r->doubt.flag)
        return true;
    buf_clear(f->line);
    if (!f->has_header)
        import_refused_header(f->line, f->m);
    f->has_header = true;
    import_refused_line(f->line, f->m, r);
    return fwrite(f->line->data, 1, f->line->len, f->file) == f->line->len ||
           trouble(f, err);
}

bool
import_refused_close(struct import_refused *f, struct err *err)
{
    FILE *file = f->file;
    f->file = NULL;
    return fclose(file) == 0 || trouble(f, err);
}
