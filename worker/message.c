#include "worker/message.h"

#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/view.h"

#include <ctype.h>
#include <string.h>

/* Of delivery.kind: the section of the templates. */
static const struct {
    const char *kind, *section;
} kinds[] = {
    {"opened", "OPENED"},     {"resolved", "RESOLVED"},
    {"reminder", "REMINDER"}, {"escalated", "ESCALATED"},
    {"test", "TEST"},
};

/* Of alert_event.kind: what happened, in words. */
static const struct {
    const char *kind, *word;
} words[] = {
    {"fired", "it began"},
    {"resolved", "it is over"},
    {"data_lost", "no data comes"},
    {"data_back", "data comes again"},
};

bool
message_open(const char *templates_dir, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = view_open(arena_printf(a, "%s/messages", templates_dir), err);
    arena_free(a);
    return ok;
}

void
message_close(void)
{
    view_close();
}

const char *
message_escape_slack(struct arena *a, const char *text)
{
    struct buf *b = buf_new(a);
    for (; *text != '\0'; text++)
        if (*text == '&')
            buf_adds(b, "&amp;");
        else if (*text == '<')
            buf_adds(b, "&lt;");
        else if (*text == '>')
            buf_adds(b, "&gt;");
        else
            buf_addc(b, *text);
    return b->data;
}

static const char *
event_word(const char *kind)
{
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(words[i].kind, kind) == 0)
            return words[i].word;
    return kind;
}

static void
show_kind(struct view *v, const char *kind)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            view_show(v, kinds[i].section);
}

bool
message_title(struct arena *a, const struct delivery_work *d,
              const struct delivery_text *text, const char **out,
              struct err *err)
{
    struct view *v = view_new(a, "title");
    struct buf *b = buf_new(a);
    char *severity = arena_strdup(a, d->severity);
    severity[0] = (char)toupper((unsigned char)severity[0]);
    view_set(v, "SEVERITY", severity);
    view_set(v, "TITLE", text->title);
    show_kind(v, d->kind);
    if (!view_render("title.tpl", v, b, err))
        return false;
    *out = arena_strndup(a, b->data, strcspn(b->data, "\r\n"));
    return true;
}

/* A view whose values are escaped as its format wants it. */
struct prose {
    struct arena *a;
    message_escape_fn *escape;
};

static void
put(const struct prose *p, struct view *v, const char *name, const char *text)
{
    if (text != NULL && p->escape != NULL)
        text = p->escape(p->a, text);
    view_set(v, name, text);
}

static void
add_event(const struct prose *p, struct view *v,
          const struct delivery_line *line)
{
    struct view *event = view_add(v, "EVENT");
    if (line->subject[0] != '\0' && strstr(line->text, line->subject) == NULL)
        put(p, view_add(event, "ABOUT"), "SUBJECT", line->subject);
    put(p, event, "TEXT", line->text);
    put(p, event, "RULE", line->rule_name);
    put(p, event, "WORD", event_word(line->kind));
    put(p, event, "AT", fmt_time(p->a, line->at_ts, 0));
    if (line->note[0] != '\0')
        put(p, view_add(event, "NOTE"), "NOTE_TEXT", line->note);
}

static void
add_incidents(const struct prose *p, struct view *v,
              const struct delivery_text *text)
{
    struct view *incident = NULL;
    for (size_t i = 0; i < text->n; i++) {
        const struct delivery_line *line = &text->lines[i];
        if (i == 0 || line->incident_id != line[-1].incident_id) {
            incident = view_add(v, "INCIDENT");
            if (text->incidents > 1)
                view_show(incident, "SEVERAL");
            put(p, incident, "INCIDENT_TITLE", line->incident_title);
            put(p, incident, "INCIDENT_SEVERITY", line->incident_severity);
        }
        add_event(p, incident, line);
    }
    if (text->left_out > 0)
        put(p, view_add(v, "MORE"), "MORE_TEXT",
            fmt_plural(p->a, text->left_out, "event", "events"));
}

bool
message_text(struct arena *a, const struct delivery_work *d,
             const struct delivery_text *text, const char *file,
             message_escape_fn *escape, size_t max, const char **out,
             struct err *err)
{
    static const char rest[] = "...\n";
    const struct prose p = {.a = a, .escape = escape};
    struct view *v = view_new(a, file);
    struct buf *b = buf_new(a);
    const char *title;
    if (!message_title(a, d, text, &title, err))
        return false;
    put(&p, v, "HEADING", title);
    put(&p, v, "CHANNEL", text->channel);
    put(&p, v, "ASKED_BY", text->asked_by);
    show_kind(v, d->kind);
    add_incidents(&p, v, text);
    if (!view_render(file, v, b, err))
        return false;
    if (b->len > max) {
        size_t len = max - strlen(rest);
        while (len > 0 && b->data[len - 1] != '\n')
            len--;
        *out = arena_printf(a, "%.*s%s", (int)len, b->data, rest);
    } else
        *out = b->data;
    return true;
}

static void
json_event(struct arena *a, struct buf *b, const struct delivery_line *line)
{
    json_open(b, '{');
    json_member_str(b, "kind", line->kind);
    json_member_str(b, "rule", line->rule_name);
    json_member_str(b, "severity", line->severity);
    json_member_str(b, "subject", line->subject);
    json_member_str(b, "text", line->text);
    json_member_time(a, b, "at", line->at_ts);
    json_member_f64(b, "value", line->left);
    json_member_f64(b, "threshold", line->right);
    json_close(b, '}');
}

static void
json_incidents(struct arena *a, struct buf *b, const struct delivery_text *text)
{
    json_key(b, "incidents");
    json_open(b, '[');
    for (size_t i = 0; i < text->n; i++) {
        const struct delivery_line *line = &text->lines[i];
        if (i == 0 || line->incident_id != line[-1].incident_id) {
            json_open(b, '{');
            json_member_i64(b, "id", line->incident_id);
            json_member_str(b, "title", line->incident_title);
            json_member_str(b, "severity", line->incident_severity);
            json_key(b, "events");
            json_open(b, '[');
        }
        json_event(a, b, line);
        if (i + 1 == text->n || line->incident_id != line[1].incident_id) {
            json_close(b, ']');
            json_close(b, '}');
        }
    }
    json_close(b, ']');
}

const char *
message_json(struct arena *a, const struct delivery_work *d,
             const struct delivery_text *text)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_member_str(b, "id", d->key);
    json_member_str(b, "kind", d->kind);
    json_member_str(b, "severity", d->severity);
    json_member_str(b, "title", text->title);
    json_member_time(a, b, "at", d->created_ts);
    json_incidents(a, b, text);
    json_member_i64(b, "left_out", text->left_out);
    json_key(b, "url");
    json_put_null(b);
    json_close(b, '}');
    return b->data;
}
