/* Silences and mute windows for programs (docs/api.md). */
#include "cgi/incident_page.h"
#include "cgi/request.h"
#include "core/silence.h"
#include "lib/date.h"
#include "lib/number.h"

#include <string.h>

enum { LIST_ROWS = 100, LIST_MAX = 500, HOUR_S = 3600 };

static const char *const days[] = {"monday",   "tuesday", "wednesday",
                                   "thursday", "friday",  "saturday",
                                   "sunday"};

static void
put_window(struct page *p, const struct silence *s)
{
    struct buf *b = p->out;
    if (s->weekdays == 0)
        return;
    json_key(b, "weekdays");
    json_open(b, '[');
    for (size_t i = 0; i < COUNT_OF(days); i++)
        if (s->weekdays & 1 << i)
            json_put_str(b, days[i]);
    json_close(b, ']');
    json_member_str(
        b, "from",
        arena_printf(p->a, "%02d:%02d", s->from_min / 60, s->from_min % 60));
    json_member_str(
        b, "to",
        arena_printf(p->a, "%02d:%02d", s->to_min / 60, s->to_min % 60));
    json_member_str(b, "time_zone", s->time_zone);
}

static void
put_silence(struct page *p, const struct silence *s)
{
    struct buf *b = p->out;
    json_open(b, '{');
    json_member_i64(b, "id", s->id);
    json_member_str(b, "state", s->state);
    json_member_str(b, "words", silence_words(p->a, s));
    json_member_str(b, "reason", s->reason);
    json_member_str(b, "author", s->author);
    json_member_bool(b, "for_all", s->for_all);
    json_member_id(b, "rule", s->rule_id);
    json_member_str(b, "symbol", s->symbol);
    json_member_str(b, "provider", s->provider);
    json_member_str(b, "severity", s->severity);
    json_member_time(p->a, b, "starts_at", s->starts_at);
    json_member_time(p->a, b, "ends_at", s->ends_at);
    put_window(p, s);
    json_member_str(b, "ended_by", s->ended_by);
    json_close(b, '}');
}

static bool
number_query(const struct page *p, const char *name, int64_t most, int64_t *out,
             struct err *err)
{
    const char *text = page_query(p, name);
    return text == NULL ||
           (number_parse_i64(text, strlen(text), out) && *out >= 1 &&
            *out <= most) ||
           err_set(err, ERR_INPUT, "%s: give 1 to %lld", name, (long long)most);
}

bool
page_api_silences(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    int64_t before = 0, limit = LIST_ROWS;
    struct silence *list;
    size_t n;
    if (!number_query(p, "before", INT64_MAX, &before, err) ||
        !number_query(p, "limit", LIST_MAX, &limit, err) ||
        !silence_list(p->a, p->db, &who, before, (int)limit, &list, &n, err))
        return false;
    bool more = n > (size_t)limit;
    n -= more;
    json_open(p->out, '{');
    json_key(p->out, "silences");
    json_open(p->out, '[');
    for (size_t i = 0; i < n; i++)
        put_silence(p, &list[i]);
    json_close(p->out, ']');
    json_member_id(p->out, "next", more ? list[n - 1].id : 0);
    json_close(p->out, '}');
    return true;
}

/* --- adding one ---------------------------------------------------------- */

static bool
wrong(const char *field, const char *what, struct err *err)
{
    return err_set(err, ERR_INPUT, "%s: %s", field, what);
}

static bool
read_text(struct json body, const char *field, const char **out,
          struct err *err)
{
    struct json v = json_get(body, field);
    *out = json_str(v);
    return *out != NULL || json_type(v) <= JSON_NULL ||
           wrong(field, "give a text", err);
}

static bool
read_moment(struct json body, const char *field, int64_t *ts, struct err *err)
{
    const char *text;
    *ts = 0;
    return read_text(body, field, &text, err) &&
           (text == NULL || date_parse_iso(text, strlen(text), ts) ||
            wrong(field, "write it as 2026-11-22T14:30:00Z", err));
}

static bool
read_clock(struct page *p, struct json body, const char *field, int *minute,
           struct err *err)
{
    const char *text;
    int64_t ts;
    if (!read_text(body, field, &text, err))
        return false;
    if (text == NULL || strlen(text) != 5 ||
        !date_parse_iso(arena_printf(p->a, "2000-01-01T%s", text), 16, &ts))
        return wrong(field, "write it as 22:00", err);
    *minute = (int)((ts - date_day_start(ts)) / 60);
    return true;
}

static bool
read_days(struct json v, int *bits, struct err *err)
{
    if (json_type(v) != JSON_ARRAY)
        return wrong("weekdays", "give names in an array", err);
    for (struct json_iter it = json_iter(v); json_next(&it);) {
        const char *name = json_str(it.value);
        int bit = -1;
        for (size_t i = 0; name != NULL && i < COUNT_OF(days); i++)
            if (strcmp(name, days[i]) == 0)
                bit = (int)i;
        if (bit < 0)
            return wrong("weekdays", "choose of monday to sunday", err);
        *bits |= 1 << bit;
    }
    return *bits != 0 || wrong("weekdays", "name one at least", err);
}

/* Either ends_at or hours; a window needs none. */
static bool
read_times(struct page *p, struct json body, struct silence *s, struct err *err)
{
    struct json v = json_get(body, "hours"),
                window = json_get(body, "weekdays");
    double hours;
    if (!read_moment(body, "starts_at", &s->starts_at, err) ||
        !read_moment(body, "ends_at", &s->ends_at, err))
        return false;
    if (json_type(v) > JSON_NULL) {
        if (!json_f64(v, &hours) || !(hours > 0) ||
            hours > 24.0 * SILENCE_DAYS_MAX)
            return wrong("hours", "give a number above 0, a year at most", err);
        int64_t start = s->starts_at != 0 ? s->starts_at : p->real_ts;
        s->ends_at = start + (int64_t)(hours * HOUR_S);
    }
    return json_type(window) <= JSON_NULL ||
           (read_days(window, &s->weekdays, err) &&
            read_clock(p, body, "from", &s->from_min, err) &&
            read_clock(p, body, "to", &s->to_min, err));
}

static bool
read_silence(struct page *p, struct silence *s, struct err *err)
{
    struct json body = page_json(p), rule = json_get(body, "rule"),
                for_all = json_get(body, "for_all");
    *s = (struct silence){0};
    if (json_type(body) != JSON_OBJECT)
        return err_set(err, ERR_INPUT,
                       "give an object with reason, ends_at "
                       "and what is to be silenced");
    if (json_type(rule) > JSON_NULL && !json_i64(rule, &s->rule_id))
        return wrong("rule", "give its id", err);
    if (json_type(for_all) > JSON_NULL && !json_bool(for_all, &s->for_all))
        return wrong("for_all", "give true or false", err);
    return read_text(body, "reason", &s->reason, err) &&
           read_text(body, "symbol", &s->symbol, err) &&
           read_text(body, "provider", &s->provider, err) &&
           read_text(body, "severity", &s->severity, err) &&
           read_text(body, "time_zone", &s->time_zone, err) &&
           read_times(p, body, s, err);
}

static bool
answer(struct page *p, int64_t id, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct silence s;
    if (!silence_get(p->a, p->db, &who, id, &s, err))
        return false;
    put_silence(p, &s);
    return true;
}

bool
page_api_silence_add(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct silence s;
    int64_t id;
    if (!read_silence(p, &s, err))
        return false;
    if (!silence_add(p->db, &who, &s, &id, err)) {
        if (err->kind == ERR_MISSING)
            err->kind = ERR_INPUT; /* what the document names */
        return false;
    }
    p->status = 201;
    return answer(p, id, err);
}

bool
page_api_silence_end(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    int64_t id;
    return incident_page_id(p, "silence", &id, err) &&
           silence_end(p->db, &who, id, err) && answer(p, id, err);
}
