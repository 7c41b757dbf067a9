#include "core/silence.h"

#include "core/audit.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/utf8.h"
#include "lib/zone.h"

#include <string.h>

enum { DAY_MIN = 24 * 60, ALL_DAYS = 127 };

/* --- in words ----------------------------------------------------------------
 */

/* "Monday to Friday", "Saturday, Sunday", "every day" */
static void
add_days(struct buf *b, int weekdays)
{
    static const char *const names[] = {"Monday",   "Tuesday", "Wednesday",
                                        "Thursday", "Friday",  "Saturday",
                                        "Sunday"};
    int first = 0, last = 6;
    if (weekdays == ALL_DAYS) {
        buf_adds(b, "every day");
        return;
    }
    while (first < 6 && !(weekdays >> first & 1))
        first++;
    while (last > first && !(weekdays >> last & 1))
        last--;
    int whole = (ALL_DAYS >> (6 - last + first)) << first;
    if (weekdays == whole && last - first >= 2) {
        buf_addf(b, "%s to %s", names[first], names[last]);
        return;
    }
    for (int d = first; d <= last; d++)
        if (weekdays >> d & 1)
            buf_addf(b, "%s%s", d > first ? ", " : "", names[d]);
}

static void
add_part(struct buf *b, const char *before, const char *text)
{
    if (text != NULL)
        buf_addf(b, "%s%s%s", b->len > 0 ? ", " : "", before, text);
}

const char *
silence_words(struct arena *a, const struct silence *s)
{
    struct buf *b = buf_new(a);
    add_part(b, "rule ", s->rule_name);
    add_part(b, "", s->symbol);
    add_part(b, "provider ", s->provider);
    add_part(b, "up to ", s->severity);
    if (b->len == 0)
        buf_adds(b, "everything");
    if (s->weekdays == 0)
        return b->data;
    buf_adds(b, ", ");
    add_days(b, s->weekdays);
    if (s->from_min == s->to_min && s->from_min == 0)
        buf_adds(b, " all day");
    else
        buf_addf(b, " %02d:%02d to %02d:%02d", s->from_min / 60,
                 s->from_min % 60, s->to_min / 60, s->to_min % 60);
    buf_addf(b, " %s", s->time_zone);
    return b->data;
}

/* --- changes -----------------------------------------------------------------
 */

static const char *
as_json(struct arena *a, const struct silence *s, int64_t ends_at)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_member_str(b, "silences", silence_words(a, s));
    json_member_str(b, "reason", s->reason);
    json_member_bool(b, "for_all", s->for_all);
    json_member_str(b, "ends_at",
                    ends_at != 0 ? date_format_iso(a, ends_at) : NULL);
    json_close(b, '}');
    return b->data;
}

static bool
check_window(const struct silence *s, struct err *err)
{
    if (s->weekdays < 0 || s->weekdays > ALL_DAYS)
        return err_set(err, ERR_INPUT, "weekdays: choose days of the week");
    if (s->weekdays == 0)
        return true;
    if (s->from_min < 0 || s->from_min >= DAY_MIN)
        return err_set(err, ERR_INPUT, "from: give a time of the day");
    if (s->to_min < 0 || s->to_min >= DAY_MIN)
        return err_set(err, ERR_INPUT, "to: give a time of the day");
    if (s->time_zone == NULL || !zone_is_known(s->time_zone))
        return err_set(err, ERR_INPUT,
                       "time_zone: give an IANA name, as Europe/Berlin");
    return true;
}

static bool
check_time(const struct silence *s, int64_t now, struct err *err)
{
    int64_t starts_at = s->starts_at > now ? s->starts_at : now;
    if (s->ends_at == 0 && s->weekdays == 0)
        return err_set(err, ERR_INPUT, "ends_at: say when it ends");
    if (s->ends_at != 0 && s->ends_at <= starts_at)
        return err_set(err, ERR_INPUT, "ends_at: it %s",
                       s->ends_at <= now ? "is over already"
                                         : "ends before it starts");
    if (s->weekdays == 0 && s->ends_at - now > SILENCE_DAYS_MAX * DAY_S)
        return err_set(err, ERR_INPUT,
                       "ends_at: a silence lasts %d days at most",
                       SILENCE_DAYS_MAX);
    return true;
}

static bool
check(const struct alert_actor *who, const struct silence *s, struct err *err)
{
    static const char *const severities[] = {"info", "warning", "critical"};
    bool known = s->severity == NULL;
    for (size_t i = 0; i < COUNT_OF(severities) && !known; i++)
        known = strcmp(s->severity, severities[i]) == 0;
    if (!who->may_write)
        return err_set(err, ERR_DENIED, "viewers silence nothing");
    if (s->for_all && !who->is_admin)
        return err_set(err, ERR_INPUT,
                       "for_all: only admins silence other people's own rules");
    if (s->reason == NULL || s->reason[strspn(s->reason, " \t\r\n")] == '\0')
        return err_set(err, ERR_INPUT, "reason: say why");
    if (utf8_count(s->reason) > SILENCE_REASON_MAX)
        return err_set(err, ERR_INPUT, "reason: at most %d characters",
                       SILENCE_REASON_MAX);
    if (!known)
        return err_set(err, ERR_INPUT, "severity: info, warning or critical");
    return check_window(s, err);
}

struct silence_call {
    struct arena *a;
    const struct alert_actor *who;
    struct silence s;
    int64_t *id;
};

static const char *
id_or_null(struct arena *a, int64_t id)
{
    return id == 0 ? NULL : fmt_i64(a, id);
}

/* What it names, with its right name; *now is the server's clock. */
static bool
look(struct silence_call *c, struct db *db, int64_t *now, struct err *err)
{
    struct silence *s = &c->s;
    struct db_rows *rows;
    if (!db_query_one(
            c->a, db, SQL_silence_look,
            DB_ARGS(fmt_i64(c->a, c->who->user_id), fmt_bool(c->who->is_admin),
                    id_or_null(c->a, s->rule_id),
                    id_or_null(c->a, s->instrument_id),
                    s->instrument_id == 0 ? s->symbol : NULL, s->provider),
            &rows, err))
        return false;
    bool instrument = s->instrument_id != 0 || s->symbol != NULL;
    if (s->rule_id != 0 && db_is_null(rows, 0, "rule_name"))
        return err_set(err, ERR_MISSING, "there is no rule %lld",
                       (long long)s->rule_id);
    if (instrument && db_is_null(rows, 0, "symbol"))
        return err_set(err, ERR_MISSING, "there is no instrument %.40s",
                       s->symbol != NULL ? s->symbol
                                         : fmt_i64(c->a, s->instrument_id));
    if (s->provider != NULL && db_is_null(rows, 0, "provider"))
        return err_set(err, ERR_MISSING, "there is no provider %.40s",
                       s->provider);
    s->rule_name = db_text(rows, 0, "rule_name");
    s->symbol = db_text(rows, 0, "symbol");
    s->instrument_id = db_i64(rows, 0, "instrument_id");
    s->provider = db_text(rows, 0, "provider");
    *now = db_i64(rows, 0, "now");
    return true;
}

static bool
add_in_tx(struct db *db, void *arg, struct err *err)
{
    struct silence_call *c = arg;
    struct arena *a = c->a;
    const struct silence *s = &c->s;
    bool window = s->weekdays != 0;
    struct db_rows *rows;
    int64_t now;
    if (!look(c, db, &now, err) || !check_time(s, now, err) ||
        !db_query_one(
            a, db, SQL_silence_add,
            DB_ARGS(id_or_null(a, c->who->user_id), c->who->name,
                    fmt_bool(s->for_all), s->reason, id_or_null(a, s->rule_id),
                    id_or_null(a, s->instrument_id), s->provider, s->severity,
                    s->starts_at > now ? fmt_i64(a, s->starts_at) : NULL,
                    id_or_null(a, s->ends_at),
                    window ? fmt_i64(a, s->weekdays) : NULL,
                    window ? fmt_i64(a, s->from_min) : NULL,
                    window ? fmt_i64(a, s->to_min) : NULL,
                    window ? s->time_zone : NULL),
            &rows, err))
        return false;
    *c->id = db_i64(rows, 0, "id");
    return audit_add(db, c->who->name, "silence.add",
                     arena_printf(a, "silence:%lld", (long long)*c->id), NULL,
                     as_json(a, s, s->ends_at), c->who->address, err);
}

bool
silence_add(struct db *db, const struct alert_actor *who,
            const struct silence *s, int64_t *id, struct err *err)
{
    if (!check(who, s, err))
        return false;
    struct arena *a = arena_new();
    struct silence_call c = {.a = a, .who = who, .s = *s, .id = id};
    bool ok = db_tx(db, add_in_tx, &c, err);
    arena_free(a);
    return ok;
}

/* --- reading -----------------------------------------------------------------
 */

static struct silence
read_row(const struct db_rows *rows, int i, const struct alert_actor *who)
{
    const char *state = db_text(rows, i, "state");
    bool own = !db_is_null(rows, i, "author_id") &&
               db_i64(rows, i, "author_id") == who->user_id;
    return (struct silence){
        .id = db_i64(rows, i, "id"),
        .author = db_text(rows, i, "author"),
        .reason = db_text(rows, i, "reason"),
        .for_all = db_bool(rows, i, "for_all"),
        .rule_id = db_i64(rows, i, "rule_id"),
        .rule_name = db_text(rows, i, "rule_name"),
        .symbol = db_text(rows, i, "symbol"),
        .provider = db_text(rows, i, "provider"),
        .severity = db_text(rows, i, "severity"),
        .instrument_id = db_i64(rows, i, "instrument_id"),
        .starts_at = db_i64(rows, i, "starts_at"),
        .ends_at = db_i64(rows, i, "ends_at"),
        .weekdays = (int)db_i64(rows, i, "weekdays"),
        .from_min = (int)db_i64(rows, i, "from_min"),
        .to_min = (int)db_i64(rows, i, "to_min"),
        .time_zone = db_text(rows, i, "time_zone"),
        .ended_by = db_text(rows, i, "ended_by"),
        .state = state,
        .may_end = who->may_write && (who->is_admin || own) &&
                   strcmp(state, "over") != 0,
    };
}

static bool
list(struct arena *a, struct db *db, const struct alert_actor *who, int64_t id,
     int64_t before, int limit, struct silence **out, size_t *n,
     struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_silence_list,
                  DB_ARGS(fmt_i64(a, who->user_id), fmt_bool(who->is_admin),
                          id_or_null(a, id), id_or_null(a, before),
                          fmt_i64(a, limit)),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = read_row(rows, (int)i, who);
    return true;
}

bool
silence_list(struct arena *a, struct db *db, const struct alert_actor *who,
             int64_t before, int limit, struct silence **out, size_t *n,
             struct err *err)
{
    return list(a, db, who, 0, before, limit + 1, out, n, err) ||
           err_wrap(err, "list silences");
}

bool
silence_get(struct arena *a, struct db *db, const struct alert_actor *who,
            int64_t id, struct silence *out, struct err *err)
{
    struct silence *s;
    size_t n;
    if (!list(a, db, who, id, 0, 1, &s, &n, err))
        return err_wrap(err, "look at silence %lld", (long long)id);
    if (n == 0)
        return err_set(err, ERR_MISSING, "there is no silence %lld",
                       (long long)id);
    *out = s[0];
    return true;
}

static bool
end_in_tx(struct db *db, void *arg, struct err *err)
{
    struct silence_call *c = arg;
    struct arena *a = c->a;
    struct silence *s = &c->s;
    int64_t ended = 0;
    if (!silence_get(a, db, c->who, *c->id, s, err))
        return false;
    if (strcmp(s->state, "over") != 0 && !s->may_end)
        return err_set(err, ERR_DENIED, "only %s and admins end this silence",
                       s->author);
    if (!db_exec(db, SQL_silence_end, DB_ARGS(fmt_i64(a, s->id), c->who->name),
                 &ended, err))
        return false;
    if (ended == 0)
        return err_set(err, ERR_CONFLICT, "it is over already");
    return audit_add(db, c->who->name, "silence.end",
                     arena_printf(a, "silence:%lld", (long long)s->id),
                     as_json(a, s, s->ends_at), NULL, c->who->address, err);
}

bool
silence_end(struct db *db, const struct alert_actor *who, int64_t id,
            struct err *err)
{
    struct arena *a = arena_new();
    struct silence_call c = {.a = a, .who = who, .id = &id};
    bool ok = db_tx(db, end_in_tx, &c, err);
    arena_free(a);
    return ok;
}
