#include "cgi/filter.h"

#include "cgi/show.h"
#include "core/instrument_list.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <string.h>

const char *
filter_choice(struct page *p, const char *field, const char *const *names,
              size_t n)
{
    const char *value = page_query(p, field);
    if (value == NULL || value[0] == '\0')
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strcmp(value, names[i]) == 0)
            return names[i];
    page_field_error(
        p, field, arena_printf(p->a, "There is no %s \"%.40s\"", field, value));
    return NULL;
}

int64_t
filter_day(struct page *p, const char *field)
{
    const char *value = page_query(p, field);
    int64_t ts = 0;
    if (value != NULL && value[0] != '\0' &&
        !date_parse_day(value, strlen(value), &ts))
        page_field_error(p, field,
                         arena_printf(p->a,
                                      "\"%.40s\" is not a day: write it as "
                                      "2026-11-22",
                                      value));
    return ts;
}

void
filter_days(struct page *p, int64_t *from_ts, int64_t *to_ts)
{
    *from_ts = filter_day(p, "from");
    *to_ts = filter_day(p, "to");
    if (*to_ts != 0)
        *to_ts += DAY_S;
    if (*to_ts != 0 && *from_ts >= *to_ts)
        page_field_error(p, "from", "The first day is after the last");
}

int64_t
filter_key(struct page *p, const char *field)
{
    const char *value = page_query(p, field);
    int64_t id = 0;
    if (value == NULL || !number_parse_i64(value, strlen(value), &id) || id < 0)
        return 0;
    return id;
}

bool
filter_instrument(struct page *p, const char **symbol, struct err *err)
{
    struct instrument_name *names;
    size_t n;
    const char *wanted = page_query(p, "instrument");
    *symbol = wanted != NULL && wanted[0] != '\0' ? wanted : NULL;
    if (!instrument_list_names(p->a, p->db, true, &names, &n, err))
        return false;
    bool known = *symbol == NULL;
    for (size_t i = 0; i < n; i++) {
        bool is_it =
            *symbol != NULL && strcasecmp(*symbol, names[i].symbol) == 0;
        known |= is_it;
        if (p->view == NULL)
            continue;
        struct view *v = view_add(p->view, "INSTRUMENT_OPTION");
        view_set(v, "OPTION", names[i].symbol);
        view_set(v, "LABEL", names[i].symbol);
        if (is_it)
            view_show(v, "SELECTED");
    }
    if (!known)
        page_field_error(
            p, "instrument",
            arena_printf(p->a, "There is no instrument \"%.40s\"", *symbol));
    return true;
}

static const char *
words_of(struct arena *a, const char *name)
{
    char *words = arena_strdup(a, name);
    for (char *s = words; *s != '\0'; s++)
        if (*s == '_')
            *s = ' ';
    return words;
}

void
filter_options(struct page *p, const char *section, const char *const *names,
               size_t n, const char *selected)
{
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(p->view, section);
        view_set(v, "OPTION", names[i]);
        view_set(v, "LABEL", words_of(p->a, names[i]));
        if (selected != NULL && strcmp(selected, names[i]) == 0)
            view_show(v, "SELECTED");
    }
}

const char *
filter_url(struct page *p, const char *path, const char *const *fields,
           size_t n, const char *edge, int64_t id)
{
    struct buf *url = buf_new(p->a);
    buf_adds(url, path);
    for (size_t i = 0; i < n; i++)
        show_query(url, fields[i], page_query(p, fields[i]));
    if (edge != NULL)
        show_query(url, edge, fmt_i64(p->a, id));
    return url->data;
}

static const char *
edge_url(struct page *p, const struct filter_page *list, const char *edge,
         int64_t id)
{
    return filter_url(p, list->path, list->fields, list->n_fields, edge, id);
}

void
filter_set_pages(struct page *p, struct view *v, const struct filter_page *list,
                 const void *rows, size_t *first, size_t *n)
{
    bool more = *n > FILTER_PAGE_ROWS;
    bool backward = list->after != 0;
    *first = more && backward ? 1 : 0;
    *n -= more ? 1 : 0;
    bool older = backward || more;
    bool newer = backward ? more : list->before != 0;
    if (newer)
        view_set(view_add(v, "NEWER"), "NEWER_URL",
                 edge_url(p, list, "after", list->id(rows, *first)));
    if (older)
        view_set(view_add(v, "OLDER"), "OLDER_URL",
                 edge_url(p, list, "before", list->id(rows, *first + *n - 1)));
    if (!older && !newer)
        view_set(view_add(v, "WHOLE"), "COUNT_TEXT",
                 fmt_plural(p->a, (int64_t)*n, list->one, list->several));
}
