/* What may be answered about a file, and its rows as they are understood by
 * it: the form and the preview of the upload's page. */
#include "cgi/show.h"
#include "cgi/upload_page.h"
#include "cgi/wake.h"
#include "core/calendar.h"
#include "core/instrument.h"
#include "core/instrument_list.h"
#include "core/interval.h"
#include "core/saved_mapping.h"
#include "core/upload_preview.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/zone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PREVIEW_ROWS = 5, RAW_CHARS = 90, ANSWERS_MAX = 128 };

/* The fields of the mapping that can be changed at any time. */
enum field_kind {
    PICK_FORMAT,
    PICK_SYMBOL,
    PICK_INTERVAL,
    PICK_COLUMN,
    PICK_DECIMAL,
    PICK_ORDER,
    PICK_ZONE,
    PICK_DELIMITER,
    PICK_HEADER,
};

static const struct field {
    const char *name, *label;
    enum field_kind kind;
    enum mapping_field of; /* of a column of a bar */
} fields[] = {
    {"format", "Format", PICK_FORMAT, FIELD_COUNT},
    {"instrument", "Instrument", PICK_SYMBOL, FIELD_COUNT},
    {"interval", "Interval", PICK_INTERVAL, FIELD_COUNT},
    {"time", "Time", PICK_COLUMN, FIELD_COUNT},
    {"clock", "Time of day", PICK_COLUMN, FIELD_COUNT},
    {"symbol", "Symbol", PICK_COLUMN, FIELD_COUNT},
    {"open", "Open", PICK_COLUMN, FIELD_OPEN},
    {"high", "High", PICK_COLUMN, FIELD_HIGH},
    {"low", "Low", PICK_COLUMN, FIELD_LOW},
    {"close", "Close or value", PICK_COLUMN, FIELD_CLOSE},
    {"volume", "Volume", PICK_COLUMN, FIELD_VOLUME},
    {"zone", "Time zone", PICK_ZONE, FIELD_COUNT},
    {"day_order", "Day and month", PICK_ORDER, FIELD_COUNT},
    {"decimal", "Decimal sign", PICK_DECIMAL, FIELD_COUNT},
    {"delimiter", "Cells are divided by", PICK_DELIMITER, FIELD_COUNT},
    {"header", "Line of headings", PICK_HEADER, FIELD_COUNT},
};

static const char *const intervals[] = {"1m", "5m", "15m", "1h", "4h", "1d"};
static const char *const zones[] = {
    "UTC",           "America/New_York", "America/Chicago", "Europe/London",
    "Europe/Berlin", "Europe/Istanbul",  "Asia/Tokyo",      "Asia/Hong_Kong",
    "Asia/Kolkata",  "Australia/Sydney",
};
static const char *const kinds[] = {"crypto", "stock", "energy",
                                    "index",  "fx",    "derived"};

/* --- what the mapping says now */

static int
column_of(const struct mapping *m, const struct field *f)
{
    if (f->of != FIELD_COUNT)
        return m->n_series > 0 ? m->series[0].column[f->of] : -1;
    if (strcmp(f->name, "time") == 0)
        return m->time_column;
    return strcmp(f->name, "clock") == 0 ? m->clock_column : m->symbol_column;
}

/* A file whose columns are series of their own has no one close. */
static bool
is_wide(const struct mapping *m)
{
    return m->n_series > 1 && m->symbol_column < 0;
}

/* NULL: the field says nothing about this file. */
static const char *
current_value(struct arena *a, const struct upload_page *u,
              const struct field *f)
{
    const struct mapping *m = &u->mapping;
    if (!u->has_mapping)
        return f->kind == PICK_FORMAT || f->kind == PICK_DELIMITER ||
                       f->kind == PICK_HEADER
                   ? ""
                   : NULL;
    switch (f->kind) {
    case PICK_FORMAT:
        return "";
    case PICK_SYMBOL:
        if (m->n_series != 1)
            return NULL;
        return m->series[0].symbol != NULL ? m->series[0].symbol : "";
    case PICK_INTERVAL:
        return m->interval_s != 0 ? interval_name(m->interval_s) : "";
    case PICK_COLUMN: {
        int i = column_of(m, f);
        if (is_wide(m) && f->of != FIELD_COUNT)
            return NULL;
        return i >= 0 && (size_t)i < m->n_columns ? m->columns[i] : "-";
    }
    case PICK_DECIMAL:
        return m->decimal == ',' ? "," : ".";
    case PICK_ORDER:
        return m->time_form == CELL_TIME_MDY   ? "mdy"
               : m->time_form == CELL_TIME_DMY ? "dmy"
                                               : NULL;
    case PICK_ZONE:
        return m->zone;
    case PICK_DELIMITER:
    case PICK_HEADER:
        return NULL;
    }
    return arena_strdup(a, "");
}

static const char *
answer_get(const char *const *answers, size_t n, const char *field)
{
    size_t len = strlen(field);
    for (size_t i = n; i-- > 0;)
        if (strncmp(answers[i], field, len) == 0 && answers[i][len] == '=')
            return answers[i] + len + 1;
    return NULL;
}

static const struct recognise_question *
question_on(const struct upload_page *u, const char *field)
{
    for (size_t i = 0; u->is_recognised && i < u->rec.n_questions; i++)
        if (strcmp(u->rec.questions[i].field, field) == 0)
            return &u->rec.questions[i];
    return NULL;
}

/* --- choices */

static void
add_choice(struct view *v, const char *section, const char *value,
           const char *label, const char *selected)
{
    struct view *o = view_add(v, section);
    view_set(o, "OPTION", value);
    view_set(o, "LABEL", label);
    if (selected != NULL && strcasecmp(selected, value) == 0)
        view_show(o, "SELECTED");
}

static void
add_columns(struct view *v, const char *section, const struct mapping *m,
            const char *selected)
{
    for (size_t i = 0; i < m->n_columns; i++)
        add_choice(v, section, m->columns[i], m->columns[i], selected);
}

static void
add_choices(struct view *v, const char *section, enum field_kind kind,
            const struct mapping *m, const char *selected)
{
    if (kind == PICK_FORMAT) {
        add_choice(v, section, "", "as recognised", selected);
        for (size_t i = 0; i < recognise_format_count(); i++)
            add_choice(v, section, recognise_format_name(i),
                       recognise_format_title(i), selected);
    } else if (kind == PICK_INTERVAL) {
        for (size_t i = 0; i < COUNT_OF(intervals); i++)
            add_choice(v, section, intervals[i], intervals[i], selected);
    } else if (kind == PICK_COLUMN) {
        add_choice(v, section, "-", "none", selected);
        add_columns(v, section, m, selected);
    } else if (kind == PICK_DECIMAL) {
        add_choice(v, section, ".", "point: 1234.5", selected);
        add_choice(v, section, ",", "comma: 1234,5", selected);
    } else if (kind == PICK_ORDER) {
        add_choice(v, section, "mdy", "month first: 03/31", selected);
        add_choice(v, section, "dmy", "day first: 31/03", selected);
    } else if (kind == PICK_DELIMITER) {
        add_choice(v, section, "", "as recognised", selected);
        add_choice(v, section, ",", "comma", selected);
        add_choice(v, section, ";", "semicolon", selected);
        add_choice(v, section, "\t", "tab", selected);
        add_choice(v, section, "|", "bar: |", selected);
    } else if (kind == PICK_HEADER) {
        add_choice(v, section, "", "as recognised", selected);
        add_choice(v, section, "yes", "yes", selected);
        add_choice(v, section, "no", "no", selected);
    }
}

/* --- the form */

/* A proposal that the form may hold already: one of our instruments, a zone. */
static bool
is_ready(const struct recognise_question *q,
         const struct instrument_name *names, size_t n)
{
    bool ready = q->kind == QUESTION_ZONE && q->hint != NULL;
    for (size_t i = 0; i < n && !ready; i++)
        ready = q->kind == QUESTION_INSTRUMENT && q->hint != NULL &&
                strcasecmp(names[i].symbol, q->hint) == 0;
    return ready;
}

static const char *
hint_words(struct arena *a, const struct recognise_question *q, bool ready)
{
    if (q->hint == NULL)
        return "The file leaves it open.";
    if (q->kind == QUESTION_INSTRUMENT && !ready)
        return arena_printf(a,
                            "The file calls it %s, which is not one of the "
                            "instruments here: name one, or add it below.",
                            q->hint);
    return arena_printf(a, "Most likely %s, but that is not sure.", q->hint);
}

static void
set_question(struct page *p, const struct upload_page *u, size_t i,
             const struct instrument_name *names, size_t n_names)
{
    const struct recognise_question *q = &u->rec.questions[i];
    struct view *v = view_add(p->view, "QUESTION");
    const char *posted = page_form(p, q->field);
    bool is_typed = q->kind == QUESTION_INSTRUMENT || q->kind == QUESTION_ZONE;
    bool ready = is_ready(q, names, n_names);
    const char *value = posted != NULL ? posted : ready ? q->hint : NULL;
    view_setf(v, "Q_ID", "q%zu", i);
    view_set(v, "Q_FIELD", q->field);
    view_set(v, "Q_TEXT", q->text);
    view_set(view_add(v, "Q_HINT"), "Q_HINT_TEXT", hint_words(p->a, q, ready));
    if (q->kind == QUESTION_INSTRUMENT && !ready)
        view_set(p->view, "NEW_HINT", q->hint);
    if (strcmp(p->method, "POST") == 0)
        view_set(view_add(v, "Q_ERROR"), "Q_ERROR_TEXT",
                 "This has to be answered first.");
    if (is_typed) {
        struct view *t = view_add(v, "Q_TYPED");
        view_set(t, "Q_VALUE", value);
        view_set(t, "Q_LIST", q->kind == QUESTION_ZONE ? "zones" : "symbols");
        return;
    }
    struct view *s = view_add(v, "Q_SELECT");
    if (q->kind == QUESTION_DAY_ORDER)
        add_choices(s, "Q_OPTION", PICK_ORDER, &u->mapping, value);
    else if (q->kind == QUESTION_DECIMAL)
        add_choices(s, "Q_OPTION", PICK_DECIMAL, &u->mapping, value);
    else if (q->kind == QUESTION_INTERVAL)
        add_choices(s, "Q_OPTION", PICK_INTERVAL, &u->mapping, value);
    else
        add_columns(s, "Q_OPTION", &u->mapping, value);
}

static void
set_field(struct page *p, const struct upload_page *u, const struct field *f)
{
    const char *now = current_value(p->a, u, f);
    const char *posted = page_form(p, f->name);
    if (now == NULL || question_on(u, f->name) != NULL)
        return;
    if (f->kind == PICK_FORMAT && posted == NULL)
        posted = answer_get(u->upload.answers, u->upload.n_answers, f->name);
    const char *value = posted != NULL ? posted : now;
    struct view *v = view_add(p->view, "FIELD");
    view_set(v, "FIELD_ID", f->name);
    view_set(v, "FIELD_NAME", f->name);
    view_set(v, "FIELD_LABEL", f->label);
    if (f->kind == PICK_SYMBOL || f->kind == PICK_ZONE) {
        struct view *t = view_add(v, "FIELD_TYPED");
        view_set(t, "FIELD_VALUE", value);
        view_set(t, "FIELD_LIST", f->kind == PICK_SYMBOL ? "symbols" : "zones");
        return;
    }
    add_choices(view_add(v, "FIELD_SELECT"), "FIELD_OPTION", f->kind,
                &u->mapping, value);
}

static const char *
typed(struct page *p, const char *name, const char *otherwise)
{
    const char *value = page_form(p, name);
    return value != NULL ? value : otherwise;
}

static bool
set_new_instrument(struct page *p, const struct instrument_name *names,
                   size_t n, struct err *err)
{
    struct calendar *calendars;
    size_t n_calendars;
    const char *symbol = typed(p, "new_symbol", "");
    if (!calendar_list(p->a, p->db, &calendars, &n_calendars, err))
        return false;
    for (size_t i = 0; i < n; i++)
        add_choice(p->view, "SYMBOL_OPTION", names[i].symbol, names[i].title,
                   NULL);
    for (size_t i = 0; i < COUNT_OF(zones); i++)
        view_set(view_add(p->view, "ZONE_OPTION"), "OPTION", zones[i]);
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        add_choice(p->view, "NEW_KIND", kinds[i], kinds[i],
                   typed(p, "new_kind", NULL));
    add_choice(p->view, "NEW_CALENDAR", "", "as its kind has it", NULL);
    for (size_t i = 0; i < n_calendars; i++)
        add_choice(p->view, "NEW_CALENDAR", calendars[i].name,
                   calendars[i].name, typed(p, "new_calendar", NULL));
    view_set(p->view, "NEW_SYMBOL", symbol);
    view_set(p->view, "NEW_TITLE", typed(p, "new_title", ""));
    view_set(p->view, "NEW_CURRENCY", typed(p, "new_currency", "USD"));
    if (symbol[0] != '\0')
        view_show(p->view, "NEW_OPEN");
    return true;
}

static bool
set_form(struct page *p, const struct upload_page *u, struct err *err)
{
    const struct upload *f = &u->upload;
    size_t n_questions = u->is_recognised ? u->rec.n_questions : 0;
    bool first = strcmp(f->state, "checked") != 0 || f->count.n_new == 0;
    struct instrument_name *names;
    size_t n_names;
    if (!instrument_list_names(p->a, p->db, false, &names, &n_names, err))
        return false;
    view_show(p->view, "FORM");
    view_set(p->view, "FORM_TITLE",
             n_questions == 1  ? "The open question"
             : n_questions > 1 ? "The open questions"
                               : "How the file is understood");
    for (size_t i = 0; i < n_questions; i++)
        set_question(p, u, i, names, n_names);
    view_set(p->view, "MAPPING_SUMMARY",
             u->has_mapping ? "Format, columns, times and numbers"
                            : "Help with reading it");
    if (!u->has_mapping || page_form(p, "look") != NULL)
        view_show(p->view, "MAPPING_OPEN");
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        set_field(p, u, &fields[i]);
    view_set(p->view, "SAVE_AS", typed(p, "save_as", ""));
    if (page_form(p, "auto_store") != NULL ||
        (strcmp(p->method, "GET") == 0 && f->auto_store))
        view_show(p->view, "AUTO_STORE");
    if (first)
        view_show(p->view, "FORM_FIRST");
    if (u->has_mapping)
        view_show(p->view, "FORM_PREVIEW");
    return set_new_instrument(p, names, n_names, err);
}

/* --- the preview */

static const char *
row_time(struct arena *a, const struct mapping *m, int64_t ts)
{
    if (ts == SERIES_NO_TS)
        return "–";
    if (m->interval_s == DAY_S)
        return date_format_day(a, ts);
    const char *iso = date_format_iso(a, ts);
    return arena_printf(a, "%.10s %.8s", iso, iso + 11);
}

static const char *
number(struct arena *a, double v)
{
    const char *text = fmt_f64(a, v);
    return text != NULL ? text : "–";
}

static void
set_row(struct page *p, struct view *v, const struct mapping *m,
        const struct preview_row *r, bool bars)
{
    const struct series_row *row = &r->row;
    view_set(v, "ROW_LINE", r->line > 0 ? fmt_count(p->a, r->line) : "");
    if (m->n_series > 1) {
        const struct mapping_series *s = &m->series[r->series];
        view_set(view_add(v, "ROW_MANY"), "ROW_SYMBOL",
                 s->symbol != NULL ? s->symbol : s->theirs);
    }
    view_set(v, "ROW_TIME", row_time(p->a, m, row->ts));
    view_set(v, "ROW_CLOSE", number(p->a, row->close));
    view_set(v, "ROW_RAW", show_short(p->a, r->raw, RAW_CHARS));
    if (row->bad != NULL)
        view_set(view_add(v, "ROW_BAD"), "ROW_BAD_TEXT", row->bad);
    if (!bars)
        return;
    view_show(v, "ROW_BARS");
    view_set(v, "ROW_OPEN", number(p->a, row->open));
    view_set(v, "ROW_HIGH", number(p->a, row->high));
    view_set(v, "ROW_LOW", number(p->a, row->low));
    view_set(v, "ROW_VOLUME", number(p->a, row->volume));
}

static bool
has_bars(const struct mapping *m)
{
    for (size_t i = 0; i < m->n_series; i++)
        for (int f = 0; f < FIELD_COUNT; f++)
            if (f != FIELD_CLOSE && m->series[i].column[f] >= 0)
                return true;
    return m->trades;
}

static bool
set_preview(struct page *p, const struct upload_page *u, struct err *err)
{
    const struct mapping *m = &u->mapping;
    struct preview rows;
    bool bars = has_bars(m), many = m->n_series > 1;
    if (!upload_preview(p->a, &u->upload, m, PREVIEW_ROWS, &rows, err)) {
        /* the verdict says what is wrong with the file */
        return err->kind == ERR_INPUT;
    }
    if (rows.n_first + rows.n_last == 0)
        return true;
    struct view *v = view_add(p->view, "PREVIEW");
    view_setf(v, "PREVIEW_WORDS",
              "The first and the last rows, beside the file's own cells. %s",
              m->interval_s == DAY_S ? "A day is the session's own."
                                     : "Times are in UTC.");
    view_set(v, "PREVIEW_TIME", m->interval_s == DAY_S ? "Day" : "Time (UTC)");
    view_set(v, "PREVIEW_CLOSE", bars ? "Close" : "Value");
    if (many)
        view_show(v, "PREVIEW_MANY");
    if (bars)
        view_show(v, "PREVIEW_BARS");
    for (size_t i = 0; i < rows.n_first + rows.n_last; i++) {
        bool is_last = i >= rows.n_first;
        struct view *row = view_add(v, "ROW");
        if (is_last && i == rows.n_first)
            view_set_i64(view_add(row, "ROW_GAP"), "ROW_COLUMNS",
                         4 + (many ? 1 : 0) + (bars ? 4 : 0));
        set_row(p, row, m,
                is_last ? &rows.last[i - rows.n_first] : &rows.first[i], bars);
    }
    return true;
}

bool
upload_page_form(struct page *p, const struct upload_page *u, struct err *err)
{
    bool may = p->user->role >= ROLE_OPERATOR;
    if (u->is_open && may && !set_form(p, u, err))
        return false;
    return !u->has_mapping || set_preview(p, u, err);
}

/* --- what was posted */

struct answers {
    const char *list[ANSWERS_MAX];
    size_t n;
};

/* value NULL: there is none any more. */
static void
answer_set(struct arena *a, struct answers *s, const char *field,
           const char *value)
{
    size_t len = strlen(field), kept = 0;
    for (size_t i = 0; i < s->n; i++)
        if (strncmp(s->list[i], field, len) != 0 || s->list[i][len] != '=')
            s->list[kept++] = s->list[i];
    s->n = kept;
    if (value != NULL && s->n < ANSWERS_MAX)
        s->list[s->n++] = arena_printf(a, "%s=%s", field, value);
}

/* Only what differs from what the file says by itself is an answer. */
static void
read_answers(struct page *p, const struct upload_page *u, struct answers *s)
{
    for (size_t i = 0; i < u->upload.n_answers && i < ANSWERS_MAX; i++)
        s->list[s->n++] = u->upload.answers[i];
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        const struct field *f = &fields[i];
        const char *posted = page_form(p, f->name);
        const char *now = current_value(p->a, u, f);
        if (posted == NULL || question_on(u, f->name) != NULL)
            continue;
        if (posted[0] == '\0')
            answer_set(p->a, s, f->name, NULL);
        else if (now == NULL || strcmp(posted, now) != 0 ||
                 answer_get(s->list, s->n, f->name) != NULL)
            answer_set(p->a, s, f->name, posted);
    }
    for (size_t i = 0; u->is_recognised && i < u->rec.n_questions; i++) {
        const char *field = u->rec.questions[i].field;
        const char *posted = page_form(p, field);
        if (posted != NULL && posted[0] != '\0')
            answer_set(p->a, s, field, posted);
    }
}

/* Adds the instrument that was described; it answers the question. */
static bool
add_instrument(struct page *p, struct answers *s, struct err *err)
{
    const char *symbol = typed(p, "new_symbol", "");
    const char *calendar = typed(p, "new_calendar", "");
    const char *interval = answer_get(s->list, s->n, "interval");
    struct instrument_add what = {
        .symbol = symbol,
        .title = typed(p, "new_title", ""),
        .kind = typed(p, "new_kind", kinds[0]),
        .currency = typed(p, "new_currency", "USD"),
        .calendar = calendar[0] != '\0' ? calendar : NULL,
        .price_min = NAN,
        .price_max = NAN,
        .jump_frac = NAN,
    };
    int64_t id;
    if (symbol[0] == '\0')
        return true;
    if (what.title[0] == '\0')
        what.title = symbol;
    if (interval != NULL && !interval_parse(interval, &what.interval_s))
        what.interval_s = 0;
    if (!instrument_add(p->db, &what, p->user->name, p->address, &id, err)) {
        if (err->kind != ERR_INPUT && err->kind != ERR_CONFLICT)
            return false;
        return page_field_error(p, "new_symbol", err->text);
    }
    answer_set(p->a, s, "instrument", symbol);
    return true;
}

static bool
save_mapping(struct page *p, const struct upload_page *u,
             const struct answers *s, struct err *err)
{
    const char *name = typed(p, "save_as", "");
    const struct upload *f = &u->upload;
    if (name[0] == '\0')
        return true;
    const char *header =
        u->has_mapping ? saved_mapping_header(p->a, &u->mapping) : NULL;
    if (header == NULL)
        header = saved_mapping_first_line(p->a, f->head, f->head_len);
    if (saved_mapping_save(p->db, name, header, s->list, s->n, p->user->name,
                           p->address, err))
        return true;
    return err->kind == ERR_INPUT && page_field_error(p, "save_as", err->text);
}

/* The open questions again, or what the answers came to. */
static bool
show_again(struct page *p, const struct upload_page *u, struct err *err)
{
    if (!u->is_recognised)
        page_error(p, u->unrecognised.text);
    for (size_t i = 0; u->is_recognised && i < u->rec.n_questions; i++)
        page_field_error(p, arena_printf(p->a, "q%zu", i),
                         u->rec.questions[i].text);
    return upload_page_show(p, u, err);
}

bool
page_uploads_check(struct page *p, struct err *err)
{
    struct upload_page before, u;
    struct answers s = {.n = 0};
    if (!upload_page_read(p, NULL, 0, &before, err))
        return false;
    if (!before.is_open)
        return err_set(err, ERR_CONFLICT, "upload %lld %s",
                       (long long)before.upload.id,
                       upload_state_words(before.upload.state));
    read_answers(p, &before, &s);
    if (!add_instrument(p, &s, err) ||
        !upload_page_read(p, s.list, s.n, &u, err))
        return false;
    bool look = u.is_recognised && page_form(p, "look") != NULL;
    if (look || page_has_errors(p))
        return upload_page_show(p, &u, err);
    if (!u.is_recognised || u.rec.n_questions > 0)
        return show_again(p, &u, err);
    if (!save_mapping(p, &u, &s, err))
        return false;
    if (page_has_errors(p))
        return upload_page_show(p, &u, err);
    if (!upload_answer(p->db, u.upload.id, s.list, s.n, err) ||
        !upload_ask_check(p->db, u.upload.id, &u.mapping,
                          page_form(p, "auto_store") != NULL, p->user->name,
                          p->address, err))
        return false;
    wake_worker();
    return page_redirect(p, NULL, "/uploads/%lld", (long long)u.upload.id);
}
