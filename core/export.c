#include "core/export.h"

#include "core/interval.h"
#include "core/series_walk.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *name, *content_type;
} formats[EXPORT_FORMAT_COUNT] = {
    [EXPORT_CSV] = {"csv", "text/csv; charset=utf-8"},
    [EXPORT_JSON] = {"json", "application/json"},
};

static bool
read_format(const char *text, enum export_format *out, struct err *err)
{
    *out = EXPORT_CSV;
    if (text == NULL || text[0] == '\0')
        return true;
    for (int i = 0; i < EXPORT_FORMAT_COUNT; i++)
        if (strcmp(formats[i].name, text) == 0) {
            *out = (enum export_format)i;
            return true;
        }
    return err_set(err, ERR_INPUT, "\"%.40s\" for format: choose csv or json",
                   text);
}

bool
export_read(struct arena *a, struct db *db, const struct export_words *words,
            struct export *out, struct err *err)
{
    struct series_page_words series = {.symbol = words->symbol,
                                       .interval = words->interval,
                                       .from = words->from,
                                       .to = words->to,
                                       .as_of = words->as_of};
    return read_format(words->format, &out->format, err) &&
           series_page_read(a, db, &series, &out->ask, err) &&
           series_page_read_with(a, words->with, &out->ask, err);
}

struct run {
    struct series_text *text;
    int64_t *n_rows;
};

static bool
write_rows(void *arg, const struct series_page *rows, struct err *err)
{
    struct run *r = arg;
    *r->n_rows += (int64_t)rows->n;
    return series_text_rows(r->text, rows, err);
}

bool
export_run(struct db *db, const struct export *e, bool is_more,
           series_text_fn *write, void *arg, int64_t *n_rows, struct err *err)
{
    struct arena *a = arena_new();
    bool is_json = e->format == EXPORT_JSON;
    struct series_text_form form = {.is_json = is_json, .has_bars = true};
    struct run r = {.text = series_text_new(a, &e->ask, form, write, arg),
                    .n_rows = n_rows};
    *n_rows = 0;
    if (is_json || !is_more)
        series_text_head(r.text);
    bool ok = series_walk(db, &e->ask, write_rows, &r, err) &&
              series_text_end(r.text, NULL, err);
    arena_free(a);
    return ok;
}

const char *
export_format_name(enum export_format format)
{
    return formats[format].name;
}

const char *
export_content_type(enum export_format format)
{
    return formats[format].content_type;
}

const char *
export_file_name(struct arena *a, const struct export *e)
{
    char *name = arena_printf(a, "%s_%s.%s", e->ask.symbol,
                              interval_name(e->ask.interval_s),
                              export_format_name(e->format));
    for (char *s = name; *s != '\0'; s++)
        if (!isalnum((unsigned char)*s) && strchr("._-", *s) == NULL)
            *s = '-';
    return name;
}
