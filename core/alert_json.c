/* Stored alert rules as JSON, written and read. */
#include "core/alert_own.h"
#include "core/alert_words.h"
#include "core/instrument.h"
#include "core/interval.h"
#include "lib/format.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

/* --- writing -------------------------------------------------------------- */

static void
put_names(struct buf *b, const char *key, bool is_null,
          const char *const *names, size_t n)
{
    json_key(b, key);
    if (is_null) {
        json_put_null(b);
        return;
    }
    json_open(b, '[');
    for (size_t i = 0; i < n; i++)
        json_put_str(b, names[i]);
    json_close(b, ']');
}

static void
put_series(struct arena *a, struct buf *b, const struct alert_stored *s)
{
    json_member_str(b, "symbol", s->symbol);
    json_member_str(b, "interval", interval_name(s->rule.interval_s));
    json_member_str(b, "when",
                    s->fault_when != NULL ? s->fault_when
                                          : alert_condition_name(a, &s->rule));
    json_member_i64(b, "for_bars", s->rule.for_bars);
    json_member_f64(b, "clear", s->rule.clear);
    json_member_i64(b, "no_data_s", s->rule.no_data_s);
}

void
alert_put_rule(struct arena *a, struct buf *b, const struct alert_stored *s)
{
    json_member_str(b, "name", s->name);
    json_member_str(b, "kind", s->is_pipeline ? "pipeline" : "series");
    json_member_str(b, "severity", s->severity);
    json_member_bool(b, "enabled", s->enabled);
    json_member_bool(b, "shared", s->shared);
    if (s->is_pipeline) {
        json_member_str(b, "condition", s->condition);
        json_member_f64(b, "threshold", s->threshold);
        json_member_str(b, "subject", s->subject);
    } else {
        put_series(a, b, s);
    }
    json_member_i64(b, "cooldown_s", s->rule.cooldown_s);
    json_member_bool(b, "once", s->rule.once);
    put_names(b, "channels", s->by_severity, s->channel_names, s->n_channels);
    json_member_bool(b, "tell_resolved", s->tell_resolved);
    json_member_i64(b, "remind_s", s->remind_s);
    json_member_i64(b, "escalate_s", s->escalate_s);
    put_names(b, "escalate_to", false, s->escalate_names, s->n_escalate_to);
    json_member_str(b, "note", s->note != NULL ? s->note : "");
}

void
alert_stored_json(struct arena *a, struct buf *b, const struct alert_stored *s)
{
    json_open(b, '{');
    json_member_i64(b, "id", s->id);
    json_member_i64(b, "version", s->version);
    json_member_str(b, "owner", s->owner);
    alert_put_rule(a, b, s);
    json_member_str(b, "words", alert_stored_words(a, s));
    json_key(b, "state");
    json_open(b, '{');
    json_member_str(b, "phase", s->enabled ? s->phase : "off");
    json_member_time(a, b, "since", s->enabled ? s->since : 0);
    json_member_time(a, b, "fired_at", s->fired_at);
    json_member_f64(b, "value", s->value);
    json_member_i64(b, "active", s->n_active);
    json_member_id(b, "incident", s->incident_id);
    json_member_bool(b, "silenced", s->silenced);
    json_member_str(b, "fault", s->fault);
    json_close(b, '}');
    json_member_bool(b, "may_change", s->may_change);
    json_member_time(a, b, "created_at", s->created_at);
    json_member_time(a, b, "updated_at", s->updated_at);
    json_close(b, '}');
}

/* --- reading -------------------------------------------------------------- */

struct reader {
    struct arena *a; /* lookups' */
    struct alert_lookups *lookups;
    struct alert_stored *s;
    int32_t own_interval_s; /* of the instrument; 0: none was named */
};

typedef bool read_fn(struct reader *r, const char *name, struct json v,
                     size_t at, struct err *err);

/* A member of the rule by its place. */
static void *
member(struct reader *r, size_t at)
{
    return (char *)r->s + at;
}

static bool
wrong(struct err *err, const char *name, const char *text)
{
    return err_set(err, ERR_INPUT, "%s: %s", name, text);
}

/* Text; absent (null) is NULL. A NUL within it is refused. */
static bool
read_text(struct reader *r, const char *name, struct json v, size_t at,
          struct err *err)
{
    const char **out = member(r, at);
    size_t len;
    *out = json_str_len(v, &len);
    if (*out == NULL)
        return json_type(v) == JSON_NULL || wrong(err, name, "Give a text");
    return strlen(*out) == len || wrong(err, name, "A text holds no NUL");
}

static bool
read_optional(struct reader *r, const char *name, struct json v, size_t at,
              struct err *err)
{
    const char **out = member(r, at);
    if (!read_text(r, name, v, at, err))
        return false;
    if (*out != NULL && (*out)[0] == '\0')
        *out = NULL;
    return true;
}

static bool
read_bool(struct reader *r, const char *name, struct json v, size_t at,
          struct err *err)
{
    return json_bool(v, member(r, at)) ||
           wrong(err, name, "Give true or false");
}

static bool
read_whole(struct reader *r, const char *name, struct json v, size_t at,
           struct err *err)
{
    return json_i64(v, member(r, at)) ||
           wrong(err, name, "Give a whole number");
}

/* A number of seconds, or a time in words: "2h". */
static bool
read_seconds(struct reader *r, const char *name, struct json v, size_t at,
             struct err *err)
{
    const char *text = json_str(v);
    if (text == NULL)
        return read_whole(r, name, v, at, err);
    return alert_duration_parse(text, member(r, at), err) ||
           err_wrap(err, "%s", name);
}

/* null: none */
static bool
read_number(struct reader *r, const char *name, struct json v, size_t at,
            struct err *err)
{
    double *out = member(r, at);
    *out = NAN;
    return json_type(v) == JSON_NULL || json_f64(v, out) ||
           wrong(err, name, "Give a number, or null");
}

static bool
read_for_bars(struct reader *r, const char *name, struct json v, size_t at,
              struct err *err)
{
    int64_t n;
    (void)at;
    if (!json_i64(v, &n))
        return wrong(err, name, "Give a whole number");
    r->s->rule.for_bars = n >= 0 && n <= INT_MAX ? (int)n : 0;
    return true;
}

static bool
read_kind(struct reader *r, const char *name, struct json v, size_t at,
          struct err *err)
{
    const char *text = json_str(v);
    (void)at;
    if (text == NULL ||
        (strcmp(text, "series") != 0 && strcmp(text, "pipeline") != 0))
        return wrong(err, name, "A kind is series or pipeline");
    r->s->is_pipeline = text[0] == 'p';
    return true;
}

static bool
read_symbol(struct reader *r, const char *name, struct json v, size_t at,
            struct err *err)
{
    struct db_rows *rows;
    const char *text = json_str(v);
    (void)at;
    if (text == NULL)
        return wrong(err, name, "Give an instrument's symbol");
    if (!alert_lookup(r->lookups, SQL_alert_symbol, DB_ARGS(text), &rows, err))
        return false;
    if (db_count(rows) == 0) {
        instrument_missing(r->a, r->lookups->db, text, err);
        if (err->kind != ERR_MISSING)
            return false;
        err->kind = ERR_INPUT;
        return err_wrap(err, "%s", name);
    }
    r->s->instrument_id = db_i64(rows, 0, "id");
    r->s->symbol = db_text(rows, 0, "symbol");
    r->own_interval_s = (int32_t)db_i64(rows, 0, "interval_s");
    return true;
}

static bool
read_interval(struct reader *r, const char *name, struct json v, size_t at,
              struct err *err)
{
    const char *text = json_str(v);
    (void)at;
    return (text != NULL && interval_parse(text, &r->s->rule.interval_s)) ||
           wrong(err, name, "An interval is " INTERVAL_NAMES);
}

static bool
read_when(struct reader *r, const char *name, struct json v, size_t at,
          struct err *err)
{
    const char *text = json_str(v);
    (void)at;
    if (text == NULL)
        return wrong(err, name, "Give a condition, as \"rsi_14 above 70\"");
    return alert_condition_parse(text, &r->s->rule, err) ||
           err_wrap(err, "%s", name);
}

/* Names of channels, once each; *ids and *names of as many. */
static bool
read_channel_list(struct reader *r, const char *field, struct json v,
                  const int64_t **ids, const char *const **names, size_t *n,
                  struct err *err)
{
    int64_t *id = arena_array(r->a, json_count(v), sizeof *id);
    const char **name = arena_array(r->a, json_count(v), sizeof *name);
    *n = 0;
    *ids = id;
    *names = name;
    if (json_type(v) != JSON_ARRAY)
        return json_type(v) == JSON_NULL ||
               wrong(err, field, "Give a list of channels' names, or null");
    for (struct json_iter it = json_iter(v); json_next(&it);) {
        struct db_rows *rows;
        size_t k = 0;
        const char *text = json_str(it.value);
        if (text == NULL)
            return wrong(err, field, "A channel is given by its name");
        if (!alert_lookup(r->lookups, SQL_alert_channel_find, DB_ARGS(text),
                          &rows, err))
            return false;
        if (db_count(rows) == 0)
            return err_set(err, ERR_INPUT, "%s: There is no channel \"%.64s\"",
                           field, text);
        id[*n] = db_i64(rows, 0, "id");
        name[*n] = db_text(rows, 0, "name");
        while (id[k] != id[*n])
            k++;
        *n += k == *n;
    }
    return true;
}

static bool
read_channels(struct reader *r, const char *name, struct json v, size_t at,
              struct err *err)
{
    struct alert_stored *s = r->s;
    (void)at;
    s->by_severity = json_type(v) == JSON_NULL;
    return read_channel_list(r, name, v, &s->channels, &s->channel_names,
                             &s->n_channels, err);
}

static bool
read_escalate_to(struct reader *r, const char *name, struct json v, size_t at,
                 struct err *err)
{
    struct alert_stored *s = r->s;
    (void)at;
    return read_channel_list(r, name, v, &s->escalate_to, &s->escalate_names,
                             &s->n_escalate_to, err);
}

static bool
read_id(struct reader *r, const char *name, struct json v, size_t at,
        struct err *err)
{
    int64_t id;
    (void)at;
    return r->s->id == 0 || (json_i64(v, &id) && id == r->s->id) ||
           wrong(err, name, "This is another alert rule's");
}

enum scope { BOTH, SERIES, PIPELINE, ANSWER };

#define AT(member) offsetof(struct alert_stored, member)
static const struct field {
    const char *name;
    enum scope scope; /* kind of rule that has it; ANSWER: not read */
    read_fn *read;
    size_t at;
} fields[] = {
    {"kind", BOTH, read_kind, 0},
    {"id", BOTH, read_id, 0},
    {"version", BOTH, read_whole, AT(version)},
    {"name", BOTH, read_text, AT(name)},
    {"severity", BOTH, read_text, AT(severity)},
    {"enabled", BOTH, read_bool, AT(enabled)},
    {"shared", BOTH, read_bool, AT(shared)},
    {"symbol", SERIES, read_symbol, 0},
    {"interval", SERIES, read_interval, 0},
    {"when", SERIES, read_when, 0},
    {"for_bars", SERIES, read_for_bars, 0},
    {"clear", SERIES, read_number, AT(rule.clear)},
    {"no_data_s", SERIES, read_seconds, AT(rule.no_data_s)},
    {"condition", PIPELINE, read_text, AT(condition)},
    {"threshold", PIPELINE, read_number, AT(threshold)},
    {"subject", PIPELINE, read_optional, AT(subject)},
    {"cooldown_s", BOTH, read_seconds, AT(rule.cooldown_s)},
    {"once", BOTH, read_bool, AT(rule.once)},
    {"channels", BOTH, read_channels, 0},
    {"tell_resolved", BOTH, read_bool, AT(tell_resolved)},
    {"remind_s", BOTH, read_seconds, AT(remind_s)},
    {"escalate_s", BOTH, read_seconds, AT(escalate_s)},
    {"escalate_to", BOTH, read_escalate_to, 0},
    {"note", BOTH, read_text, AT(note)},
    {"owner", ANSWER, NULL, 0},
    {"words", ANSWER, NULL, 0},
    {"state", ANSWER, NULL, 0},
    {"may_change", ANSWER, NULL, 0},
    {"created_at", ANSWER, NULL, 0},
    {"updated_at", ANSWER, NULL, 0},
};

static bool
check_known(struct json v, struct err *err)
{
    if (json_type(v) != JSON_OBJECT)
        return err_set(err, ERR_INPUT, "an alert rule is a JSON object");
    for (struct json_iter it = json_iter(v); json_next(&it);) {
        size_t i = 0;
        while (i < COUNT_OF(fields) && strcmp(fields[i].name, it.key) != 0)
            i++;
        if (i == COUNT_OF(fields))
            return err_set(err, ERR_INPUT,
                           "%.40s: An alert rule has no such field", it.key);
    }
    return true;
}

static bool
read_field(struct reader *r, const struct field *f, struct json v,
           struct err *err)
{
    bool is_others = f->scope == (r->s->is_pipeline ? SERIES : PIPELINE);
    if (json_type(v) == JSON_NONE || f->scope == ANSWER ||
        (is_others && json_type(v) == JSON_NULL))
        return true;
    if (is_others)
        return wrong(err, f->name,
                     r->s->is_pipeline
                         ? "A rule about the pipeline has no such field"
                         : "A rule about a series has no such field");
    return f->read(r, f->name, v, f->at, err);
}

bool
alert_stored_parse(struct arena *a, struct db *db, struct json v,
                   struct alert_stored *s, struct err *err)
{
    struct alert_lookups l = {.a = a, .db = db};
    return alert_parse_with(&l, v, s, err);
}

bool
alert_parse_with(struct alert_lookups *l, struct json v, struct alert_stored *s,
                 struct err *err)
{
    struct reader r = {.a = l->a, .lookups = l, .s = s};
    enum json_type condition = json_type(json_get(v, "condition"));
    if (!check_known(v, err))
        return false;
    if (s->id == 0 && json_type(json_get(v, "kind")) == JSON_NONE)
        s->is_pipeline = condition == JSON_STRING;
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (!read_field(&r, &fields[i], json_get(v, fields[i].name), err))
            return false;
    if (s->rule.interval_s == 0)
        s->rule.interval_s = r.own_interval_s;
    s->fault = s->fault_when = NULL;
    return true;
}

bool(alert_within)(struct err *err, const char *container)
{
    char text[sizeof err->text];
    memcpy(text, err->text, sizeof text);
    size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyz_");
    if (err->kind != ERR_INPUT || name == 0 || text[name] != ':')
        return err_wrap(err, "%s", container);
    return err_set(err, ERR_INPUT, "%s.%.960s", container, text);
}
