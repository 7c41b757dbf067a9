#include "worker/parse_file.h"

#include "core/recognise.h"
#include "core/rowfile.h"
#include "lib/date.h"
#include "lib/json.h"
#include "lib/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SAMPLE_BYTES = 65536 };
static const int64_t plain_max = (int64_t)1 << 40;

static bool
open_plain(struct arena *a, const char *path, struct stream **out,
           struct err *err)
{
    struct stream *in;
    enum stream_packing packing;
    return stream_open_file(a, path, &in, err) &&
           stream_unpack(a, in, plain_max, &packing, out, err);
}

/* The first and the last bytes of the plain file. */
static bool
read_sample(struct arena *a, const char *path, struct recognise_input *in,
            struct err *err)
{
    struct arena *work = arena_new();
    struct buf *head = buf_new(a), *tail = buf_new(a);
    struct stream *s;
    const char *bytes;
    size_t n = 0;
    bool ok = open_plain(work, path, &s, err);
    while (ok && (ok = stream_next(s, &bytes, &n, err)) && n > 0) {
        size_t room = SAMPLE_BYTES - head->len;
        buf_add(head, bytes, n < room ? n : room);
        size_t keep = n < SAMPLE_BYTES ? n : SAMPLE_BYTES;
        if (tail->len + keep > SAMPLE_BYTES) {
            size_t drop = tail->len + keep - SAMPLE_BYTES;
            memmove(tail->data, tail->data + drop, tail->len - drop);
            tail->len -= drop;
        }
        buf_add(tail, bytes + n - keep, keep);
    }
    if (ok)
        in->is_whole = stream_at(s) <= SAMPLE_BYTES;
    arena_free(work);
    in->head = head->data;
    in->head_len = head->len;
    in->tail = tail->data;
    in->tail_len = tail->len;
    return ok;
}

/* ---- what was understood ---- */

static void
print_found(const struct recognised *r)
{
    fprintf(stderr, "%s (%s, confidence %.2f): %s\n", r->title,
            r->mapping.format, r->confidence, r->why);
    for (size_t i = 0; i < r->n_notes; i++)
        fprintf(stderr, "note: %s\n", r->notes[i]);
    for (size_t i = 0; i < r->n_questions; i++)
        fprintf(stderr, "question: %s (%s=%s)\n", r->questions[i].text,
                r->questions[i].field,
                r->questions[i].hint != NULL ? r->questions[i].hint : "...");
}

static void
print_found_json(struct arena *a, const struct recognised *r)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_key(b, "format");
    json_put_str(b, r->mapping.format);
    json_key(b, "title");
    json_put_str(b, r->title);
    json_key(b, "confidence");
    json_put_f64(b, r->confidence);
    json_key(b, "why");
    json_put_str(b, r->why);
    json_key(b, "mapping");
    json_put_raw(b, mapping_to_json(a, &r->mapping));
    json_key(b, "questions");
    json_open(b, '[');
    for (size_t i = 0; i < r->n_questions; i++) {
        json_open(b, '{');
        json_key(b, "field");
        json_put_str(b, r->questions[i].field);
        json_key(b, "text");
        json_put_str(b, r->questions[i].text);
        json_key(b, "hint");
        json_put_str(b, r->questions[i].hint);
        json_close(b, '}');
    }
    json_close(b, ']');
    json_key(b, "notes");
    json_open(b, '[');
    for (size_t i = 0; i < r->n_notes; i++)
        json_put_str(b, r->notes[i]);
    json_close(b, ']');
    json_close(b, '}');
    puts(b->data);
}

/* ---- rows ---- */

static const char *
series_name(const struct mapping *m, size_t i)
{
    const struct mapping_series *s = &m->series[i];
    return s->symbol != NULL ? s->symbol : s->theirs != NULL ? s->theirs : "";
}

static void
format_time(char out[24], int64_t ts)
{
    out[0] = '\0';
    if (ts == SERIES_NO_TS)
        return;
    int64_t day = date_day_start(ts);
    struct date d = date_from_days(day / DAY_S);
    int s = (int)(ts - day);
    snprintf(out, 24, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day,
             s / 3600, s / 60 % 60, s % 60);
}

static void
print_quoted(const char *text)
{
    if (text == NULL || strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text != NULL ? text : "", stdout);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void
print_row(const struct mapping *m, const struct rowfile_row *r)
{
    const double v[] = {r->row.open, r->row.high, r->row.low, r->row.close,
                        r->row.volume};
    char text[NUMBER_TEXT_MAX];
    format_time(text, r->row.ts);
    printf("%lld,", (long long)r->line);
    print_quoted(series_name(m, r->series));
    printf(",%s", text);
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        text[0] = '\0';
        if (!isnan(v[i]))
            (void)number_format_f64(text, v[i]);
        printf(",%s", text);
    }
    putchar(',');
    print_quoted(r->row.bad);
    putchar('\n');
}

static void
print_row_json(struct buf *b, const struct mapping *m,
               const struct rowfile_row *r)
{
    const double v[] = {r->row.open, r->row.high, r->row.low, r->row.close,
                        r->row.volume};
    char text[24];
    format_time(text, r->row.ts);
    buf_clear(b);
    json_open(b, '{');
    json_key(b, "line");
    json_put_i64(b, r->line);
    json_key(b, "symbol");
    json_put_str(b, series_name(m, r->series));
    json_key(b, "ts");
    json_put_str(b, text[0] != '\0' ? text : NULL);
    for (int i = 0; i < FIELD_COUNT; i++) {
        json_key(b, mapping_field_name((enum mapping_field)i));
        json_put_f64(b, v[i]);
    }
    json_key(b, "bad");
    json_put_str(b, r->row.bad);
    json_key(b, "raw");
    json_put_str(b, r->row.raw);
    json_close(b, '}');
    puts(b->data);
}

static bool
print_rows(struct command *c, const struct parse_file *what,
           const struct mapping *m, struct err *err)
{
    struct stream *in;
    struct rowfile *f;
    const struct rowfile_row *row;
    struct buf *b = buf_new(c->a);
    if (!open_plain(c->a, what->path, &in, err) ||
        !rowfile_open(c->a, in, m, &f, err))
        return false;
    if (!what->json)
        puts("line,symbol,ts,open,high,low,close,volume,bad");
    for (;;) {
        if (!rowfile_next(f, &row, err))
            return false;
        if (row == NULL)
            break;
        if (what->json)
            print_row_json(b, m, row);
        else
            print_row(m, row);
    }
    if (!what->json && rowfile_skipped(f) > 0)
        fprintf(stderr, "%lld rows were left out\n",
                (long long)rowfile_skipped(f));
    return true;
}

bool
parse_file(struct command *c, const struct parse_file *what, struct err *err)
{
    struct recognise_input in = {.name = what->path,
                                 .answers = what->answers,
                                 .n_answers = what->n_answers,
                                 .symbols = what->symbols,
                                 .n_symbols = what->n_symbols};
    struct recognised r;
    if (!read_sample(c->a, what->path, &in, err) ||
        !recognise(c->a, &in, &r, err))
        return err_wrap(err, "%s", what->path);
    if (what->json)
        print_found_json(c->a, &r);
    else
        print_found(&r);
    for (size_t i = 0; i < r.n_questions; i++)
        if (r.questions[i].kind != QUESTION_INSTRUMENT) {
            c->exit_code = EXIT_USAGE;
            return true;
        }
    return print_rows(c, what, &r.mapping, err) ||
           err_wrap(err, "%s", what->path);
}
