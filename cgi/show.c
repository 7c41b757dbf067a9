#include "cgi/show.h"

#include "core/providers/provider.h"
#include "lib/date.h"
#include "lib/form.h"
#include "lib/format.h"
#include "lib/utf8.h"

#include <stdio.h>
#include <string.h>

static const struct show {
    const char *state, *class, *shape, *word, *tone;
} shows[] = {
    {"queued", "queued", "queued", "queued", "idle"},
    {"running", "running", "running", "running", "busy"},
    {"succeeded", "succeeded", "succeeded", "succeeded", "good"},
    {"partial", "partial", "partial", "partial", "warn"},
    {"failed", "failed", "failed", "failed", "bad"},
    {"timed_out", "failed", "failed", "failed", "bad"},
    {"lost", "failed", "failed", "failed", "bad"},
    {"cancelled", "cancelled", "cancelled", "cancelled", "idle"},
    {"skipped", "skipped", "skipped", "skipped", "idle"},
    {"fresh", "fresh", "succeeded", "fresh", "good"},
    {"closed", "closed", "closed", "market closed", "idle"},
    {"late", "late", "late", "late", "warn"},
    {"stale", "stale", "stale", "stale", "bad"},
    {"none", "none", "none", "no data", "idle"},
    {"active", "active", "succeeded", "active", "good"},
    {"retired", "retired", "cancelled", "retired", "idle"},
    {"refused", "refused", "failed", "refused", "bad"},
    {"passed", "passed", "succeeded", "passed", "good"},
    {"shadow", "running", "running", "in shadow", "busy"},
    {"doubtful", "partial", "partial", "look at it", "warn"},
    /* uploads and loads */
    {"received", "queued", "queued", "received", "idle"},
    {"checking", "running", "running", "checking", "busy"},
    {"checked", "passed", "succeeded", "checked", "good"},
    {"storing", "running", "running", "storing", "busy"},
    {"stored", "succeeded", "succeeded", "stored", "good"},
    {"undoing", "running", "running", "undoing", "busy"},
    {"undone", "cancelled", "cancelled", "undone", "idle"},
    {"discarded", "cancelled", "cancelled", "discarded", "idle"},
    {"fetched", "queued", "queued", "fetched", "idle"},
    /* rows in quarantine */
    {"open", "late", "late", "open", "warn"},
    {"accepted", "passed", "succeeded", "accepted", "good"},
    {"corrected", "passed", "succeeded", "corrected", "good"},
    {"rejected", "cancelled", "cancelled", "rejected", "idle"},
    /* alert rules: phases, with "alert" before those that mean something else
     * elsewhere */
    {"alert_active", "failed", "stale", "active", "bad"},
    {"alert_no_data", "late", "none", "no data", "warn"},
    {"alert_ok", "passed", "succeeded", "ok", "good"},
    {"alert_pending", "running", "queued", "pending", "busy"},
    {"alert_done", "cancelled", "skipped", "done", "idle"},
    {"alert_fault", "late", "late", "set aside", "warn"},
    {"alert_off", "cancelled", "cancelled", "off", "idle"},
    {"alert_new", "none", "none", "not judged yet", "idle"},
    /* severities */
    {"info", "running", "info", "info", "busy"},
    {"warning", "late", "late", "warning", "warn"},
    {"critical", "stale", "stale", "critical", "bad"},
    /* incidents (open is above), events, silences (active is above) */
    {"acked", "running", "running", "acknowledged", "busy"},
    {"over", "cancelled", "cancelled", "over", "idle"},
    {"silent", "closed", "closed", "active", "idle"},
    {"fired", "failed", "stale", "fired", "bad"},
    {"resolved", "passed", "succeeded", "resolved", "good"},
    {"data_lost", "late", "none", "data lost", "warn"},
    {"data_back", "passed", "succeeded", "data back", "good"},
    {"retroactive", "none", "skipped", "retroactive", "idle"},
    /* deliveries */
    {"waiting", "queued", "queued", "waiting", "idle"},
    {"sending", "running", "running", "sending", "busy"},
    {"sent", "succeeded", "succeeded", "sent", "good"},
    {"dead", "failed", "failed", "given up", "bad"},
    {"dropped", "skipped", "skipped", "dropped", "idle"},
    /* channels */
    {"works", "passed", "succeeded", "works", "good"},
    {"failing", "failed", "failed", "failing", "bad"},
    {"unused", "none", "none", "not used yet", "idle"},
    {"off", "cancelled", "cancelled", "off", "idle"},
};

static const struct show *
find(const char *state)
{
    static const struct show unknown = {"", "none", "none", "unknown", "idle"};
    for (size_t i = 0; state != NULL && i < COUNT_OF(shows); i++)
        if (strcmp(state, shows[i].state) == 0)
            return &shows[i];
    return &unknown;
}

const char *
show_class(const char *state)
{
    return find(state)->class;
}

const char *
show_shape(const char *state)
{
    return find(state)->shape;
}

const char *
show_word(const char *state)
{
    return find(state)->word;
}

const char *
show_tone(const char *state)
{
    return find(state)->tone;
}

const char *
show_state_reason(const char *state)
{
    if (strcmp(state, "timed_out") == 0)
        return "timed out";
    if (strcmp(state, "lost") == 0)
        return "worker lost";
    return NULL;
}

void
show_state(struct arena *a, struct view *v, const char *prefix,
           const char *state)
{
    const struct show *s = find(state);
    view_set(v, arena_printf(a, "%sSTATE", prefix), s->class);
    view_set(v, arena_printf(a, "%sSHAPE", prefix), s->shape);
    view_set(v, arena_printf(a, "%sWORD", prefix), s->word);
    view_set(v, arena_printf(a, "%sTONE", prefix), s->tone);
}

const char *
show_fault(const char *kind)
{
    for (int f = 0; kind != NULL && f < FAULT_COUNT; f++)
        if (strcmp(kind, fault_name((enum fault)f)) == 0)
            return fault_words((enum fault)f);
    return kind;
}

const char *
show_instrument_url(struct arena *a, const char *symbol)
{
    return arena_printf(a, "/instruments/%s", form_escape(a, symbol));
}

void
show_source(const struct page *p, struct view *v, const struct source *f)
{
    view_set(v, "SYMBOL", f->symbol);
    view_set(v, "INSTRUMENT_URL", show_instrument_url(p->a, f->symbol));
    view_set(v, "INSTRUMENT_TITLE", f->title);
    view_show(v, source_is_behind(f) ? "BEHIND" : "WELL");
    view_set(v, "FRESH_WORDS", f->words);
    show_state(p->a, v, "", f->state);
    view_set(v, "VALUE", fmt_price(p->a, f->close));
    if (f->last_ts == 0) {
        view_show(v, "NO_BAR");
        return;
    }
    view_set(v, "CURRENCY", f->currency);
    struct view *bar = view_add(v, "BAR");
    bool daily = f->interval_s % DAY_S == 0;
    view_set(bar, "BAR_DAY",
             daily ? date_format_day(p->a, f->last_ts)
                   : page_time(p, f->last_ts));
    view_set(bar, "BAR_ISO",
             daily ? date_format_day(p->a, f->last_ts)
                   : date_format_iso(p->a, f->last_ts));
    view_set(bar, "BAR_AGO", fmt_relative(p->a, f->last_ts, p->now_ts));
}

bool
show_simulated(struct page *p, struct err *err)
{
    bool simulated;
    if (!source_simulated(p->db, &simulated, err))
        return false;
    if (simulated)
        view_show_all(p->layout, "SIMULATED");
    return true;
}

const char *
show_mode(const char *mode)
{
    return strcmp(mode, "full_refresh") == 0 ? "full refresh" : mode;
}

const char *
show_trigger(const char *trigger)
{
    if (strcmp(trigger, "cli") == 0)
        return "command line";
    return strcmp(trigger, "api") == 0 ? "API" : trigger;
}

void
show_day(struct view *v, const char *name, const char *text)
{
    int64_t ts;
    bool is_day = text == NULL || text[0] == '\0' ||
                  date_parse_day(text, strlen(text), &ts);
    char type[32];
    snprintf(type, sizeof type, "%s_TYPE", name);
    view_set(v, name, text);
    view_set(v, type, is_day ? "date" : "text");
}

void
show_query(struct buf *url, const char *name, const char *value)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789-._~";
    if (value == NULL || value[0] == '\0')
        return;
    buf_addc(url, strchr(url->data, '?') == NULL ? '?' : '&');
    buf_adds(url, name);
    buf_addc(url, '=');
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        if (strchr(plain, c) != NULL) {
            buf_addc(url, *value);
        } else {
            buf_addc(url, '%');
            buf_addc(url, hex[c >> 4]);
            buf_addc(url, hex[c & 15]);
        }
    }
}

/* Widths of a bar's parts: what is not 0 can be seen, however small. */
static void
set_widths(const int64_t *parts, size_t n, double *widths)
{
    enum { WHOLE = 1000, LEAST = 6 };
    double all = 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        all += (double)parts[i];
    for (size_t i = 0; i < n; i++) {
        double width = all > 0 ? WHOLE * (double)parts[i] / all : 0;
        widths[i] = parts[i] > 0 && width < LEAST ? LEAST : width;
        sum += widths[i];
    }
    for (size_t i = 0; i < n && sum > 0; i++)
        widths[i] *= WHOLE / sum;
}

static void
add_count(struct arena *a, struct view *v, const char *class, int64_t n,
          const char *words, const char *meaning)
{
    struct view *count = view_add(v, "COUNT");
    view_set(count, "COUNT_CLASS", class);
    view_set(count, "COUNT_ROWS", fmt_count(a, n));
    view_set(count, "COUNT_WORDS", words);
    view_set(count, "COUNT_MEANING", meaning);
}

void
show_counts(struct arena *a, struct view *v, const struct load_count *c,
            bool is_stored)
{
    static const char *const classes[] = {"new", "changed", "same", "refused"};
    const int64_t parts[] = {c->n_new, c->n_changed, c->n_same, c->n_refused};
    const char *const meanings[] = {
        is_stored ? "added" : "would be added",
        is_stored ? "replaced what was stored" : "would replace what is stored",
        "stored already, untouched",
        is_stored ? "not stored" : "would not be stored"};
    double widths[COUNT_OF(parts)], x = 0;
    set_widths(parts, COUNT_OF(parts), widths);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct view *part = view_add(v, "PART");
        view_set(part, "PART_CLASS", classes[i]);
        view_setf(part, "PART_X", "%.1f", x);
        view_setf(part, "PART_WIDTH", "%.1f", widths[i]);
        x += widths[i];
        add_count(a, v, classes[i], parts[i], classes[i], meanings[i]);
    }
    if (c->n_flagged > 0)
        add_count(a, v, "flagged", c->n_flagged, "of them doubtful",
                  "stored, and kept for you to look at");
}

size_t
show_length(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

const char *
show_short(struct arena *a, const char *text, size_t max)
{
    size_t n = 0, len = 0;
    while (text[len] != '\0' && n < max) {
        size_t step = utf8_length(text + len);
        len += step > 0 ? step : 1;
        n++;
    }
    return text[len] == '\0' ? text : arena_printf(a, "%.*s…", (int)len, text);
}

const char *
show_names(struct arena *a, const char *const *names, size_t n, size_t max)
{
    struct buf *b = buf_new(a);
    size_t told = n > max ? max : n;
    for (size_t i = 0; i < told; i++) {
        if (i > 0)
            buf_adds(b, i + 1 == n ? " and " : ", ");
        buf_adds(b, names[i]);
    }
    if (n > told)
        buf_addf(b, " and %zu more", n - told);
    return b->data;
}

void
show_run_rows(struct arena *a, struct view *v, const struct run *run)
{
    view_set(v, "ROWS_NEW", fmt_count(a, run->rows_new));
    view_set(v, "ROWS_SAME", fmt_count(a, run->rows_same));
    view_set(v, "ROWS_CHANGED", fmt_count(a, run->rows_changed));
    if (run->rows_refused > 0)
        view_set(view_add(v, "SOME_REFUSED"), "ROWS_REFUSED",
                 fmt_count(a, run->rows_refused));
    else
        view_show(v, "NONE_REFUSED");
}
