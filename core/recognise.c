#include "core/recognise.h"

#include "core/recognise_own.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    QUESTIONS_MAX = MAPPING_SERIES_MAX + 8,
    NOTES_MAX = MAPPING_SERIES_MAX + 16,
    LIST_MAX = 400, /* bytes of a list of columns in a message */
};

void
add_note(struct work *w, const char *fmt, ...)
{
    va_list args;
    if (w->out->n_notes == NOTES_MAX)
        return;
    va_start(args, fmt);
    w->notes[w->out->n_notes++] = arena_vprintf(w->a, fmt, args);
    va_end(args);
}

void
add_why(struct work *w, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = arena_vprintf(w->a, fmt, args);
    va_end(args);
    buf_addf(w->why, "%s%s", w->why->len > 0 ? "; " : "", text);
}

struct recognise_question *
add_question(struct work *w, enum question kind, const char *field)
{
    struct recognised *r = w->out;
    /* there is one a series at most, and one of each other kind */
    struct recognise_question *q =
        &r->questions[r->n_questions < QUESTIONS_MAX ? r->n_questions++
                                                     : QUESTIONS_MAX - 1];
    *q = (struct recognise_question){.kind = kind, .field = field};
    return q;
}

const char *
column_list(struct work *w)
{
    struct buf *b = buf_new(w->a);
    for (size_t i = 0; i < w->sample.n_columns; i++) {
        if (b->len > LIST_MAX) {
            buf_addf(b, " and %zu more", w->sample.n_columns - i);
            break;
        }
        const char *name = w->sample.columns[i];
        buf_addf(b, "%s%.60s", i > 0 ? ", " : "",
                 name[0] != '\0' ? name : "(no name)");
    }
    return b->data;
}

/* What the roles of the columns give the mapping beside time and values. */
static void
set_mapping(struct work *w)
{
    struct mapping *m = &w->out->mapping;
    const struct sample *s = &w->sample;
    m->format = w->format != NULL ? w->format->name : "custom";
    m->shape = s->shape;
    m->delimiter = s->delimiter;
    m->skip_lines = s->skip_lines;
    m->has_header = s->shape == MAPPING_DELIMITED && s->has_header;
    m->rows_at = s->rows_at;
    m->columns = s->columns;
    m->n_columns = s->n_columns;
    m->flag_column = m->id_column = -1;
    if (w->format != NULL)
        m->trades = w->format->is_trades;
    for (size_t i = 0; i < s->n_columns; i++) {
        if (w->roles[i] == ROLE_FLAG)
            m->flag_column = (int)i;
        if (w->roles[i] == ROLE_ID)
            m->id_column = (int)i;
    }
}

/* Columns that nothing is read from. */
static void
note_ignored(struct work *w)
{
    struct buf *b = buf_new(w->a);
    for (size_t i = 0; i < w->sample.n_columns; i++) {
        const char *name = w->sample.columns[i];
        if (w->roles[i] == ROLE_ADJUSTED)
            add_note(w,
                     "the close is taken as it is; \"%s\", which is adjusted, "
                     "is left out",
                     name);
        bool is_used = w->presets[i] != NULL || w->roles[i] >= ROLE_TIME;
        for (size_t k = 0; k < w->out->mapping.n_series; k++)
            for (int f = 0; f < FIELD_COUNT; f++)
                is_used |= w->out->mapping.series[k].column[f] == (int)i;
        if (!is_used && w->roles[i] != ROLE_ADJUSTED && b->len < LIST_MAX)
            buf_addf(b, "%s%.60s", b->len > 0 ? ", " : "",
                     name[0] != '\0' ? name : "(no name)");
    }
    if (b->len > 0)
        add_note(w, "columns left out: %s", b->data);
}

static void
set_confidence(struct work *w)
{
    struct recognised *r = w->out;
    double base = w->format != NULL ? 1 : w->is_weak ? 0.6 : 0.9;
    for (size_t i = 0; i < r->n_questions && i < 4; i++)
        base -= r->questions[i].kind == QUESTION_INSTRUMENT ? 0.05 : 0.15;
    r->confidence = base > 0.1 ? base : 0.1;
}

static void
say_why(struct work *w)
{
    struct buf *b = buf_new(w->a);
    struct recognised *r = w->out;
    bool has_names = w->sample.has_header || w->sample.tickers != NULL;
    if (w->format != NULL) {
        r->title = w->format->title;
        buf_addf(b, "%s of %s", has_names ? "header" : "columns",
                 w->format->title);
    } else {
        r->title =
            w->sample.shape == MAPPING_DELIMITED ? "Delimited text" : "JSON";
        buf_addf(b, "unknown format; columns by %s",
                 w->is_weak ? "the shape of their values" : "their names");
    }
    if (w->why->len > 0)
        buf_addf(b, "; %s", w->why->data);
    r->why = b->data;
}

static bool
read_sample(struct work *w, struct err *err)
{
    if (!sample_refuse(w->in, err))
        return false;
    if (!(sample_is_json(w->in) ? sample_json(w, err)
                                : sample_delimited(w, err)))
        return false;
    w->roles = arena_array(w->a, w->sample.n_columns, sizeof *w->roles);
    w->presets = arena_array(w->a, w->sample.n_columns, sizeof *w->presets);
    return true;
}

bool
recognise(struct arena *a, const struct recognise_input *in,
          struct recognised *out, struct err *err)
{
    struct work w = {
        .a = a, .in = in, .out = out, .why = buf_new(a), .doubtful = -1};
    *out = (struct recognised){0};
    out->questions = arena_array(a, QUESTIONS_MAX, sizeof *out->questions);
    out->notes = w.notes = arena_array(a, NOTES_MAX, sizeof *w.notes);
    if (!answers_read(&w, err) || !read_sample(&w, err) ||
        !format_find(&w, err))
        return false;
    if (w.format == NULL)
        guess_roles(&w);
    if (!answers_columns(&w, err))
        return false;
    set_mapping(&w);
    if (!find_time(&w, err) || !find_decimal(&w, err) ||
        !find_interval(&w, err) || !find_series(&w, err))
        return false;
    note_ignored(&w);
    set_confidence(&w);
    say_why(&w);
    return true;
}
