#include "core/alert_store.h"

#include "core/alert_own.h"
#include "core/alert_condition.h"
#include "core/alert_words.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

/* --- reading ------------------------------------------------------------- */

/* {7,9} */
static size_t
read_ids(struct arena *a, const char *text, const int64_t **out)
{
    size_t n = 0;
    int64_t *ids = arena_array(a, text != NULL ? strlen(text) : 0, sizeof *ids);
    for (const char *s = text; s != NULL && *s != '\0'; s++)
        if (*s >= '0' && *s <= '9')
            ids[n] = ids[n] * 10 + (*s - '0');
        else if (*s == ',' || (*s == '}' && s[-1] != '{'))
            n++;
    *out = ids;
    return n;
}

static const char *const *
read_lines(struct arena *a, const char *text, size_t n)
{
    const char **out = arena_array(a, n, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        size_t len = strcspn(text, "\n");
        out[i] = arena_strndup(a, text, len);
        text += len + (text[len] == '\n');
    }
    return out;
}

static void
read_series(struct arena *a, const struct db_rows *rows, int i,
            struct alert_stored *s)
{
    struct err why;
    struct alert_rule *out = &s->rule;
    const char *field;
    const char *text =
        arena_printf(a, "%s %s %s", db_text(rows, i, "left_term"),
                     db_text(rows, i, "op"), db_text(rows, i, "right_term"));
    out->interval_s = (int32_t)db_i64(rows, i, "interval_s");
    out->for_bars = (int)db_i64(rows, i, "for_bars");
    out->clear = db_f64(rows, i, "clear_level");
    out->no_data_s = db_i64(rows, i, "no_data_s");
    if (!alert_condition_parse(text, out, &why)) {
        s->fault = arena_strdup(a, why.text);
        out->left = out->right = (struct alert_term){.kind = ALERT_NUMBER};
    } else {
        s->fault = alert_rule_check(out, &field);
    }
    if (s->fault != NULL)
        s->fault_when = text;
}

/* A rule of another version of the program is no harm to the others: it is
 * shown with what is wrong. */
static void
read_fault(struct arena *a, const struct db_rows *rows, int i,
           struct alert_stored *s)
{
    if (!s->is_pipeline)
        read_series(a, rows, i, s);
    else if (alert_condition_find(s->condition) == NULL)
        s->fault =
            arena_printf(a, "There is no condition \"%s\"", s->condition);
    if (s->fault == NULL)
        return;
    s->phase = alert_phase_name(ALERT_FAULT);
    s->since = s->n_active = 0;
    s->value = NAN;
}

/* How it stands. */
static void
read_state(const struct db_rows *rows, int i, struct alert_stored *out)
{
    out->phase = db_text(rows, i, "phase");
    out->since = db_i64(rows, i, "since");
    out->fired_at = db_i64(rows, i, "fired_at");
    out->value = db_f64(rows, i, "value");
    out->n_active = db_i64(rows, i, "n_active");
    out->incident_id = db_i64(rows, i, "incident_id");
    out->silenced = db_bool(rows, i, "silenced");
}

static void
read_channels(struct arena *a, const struct db_rows *rows, int i,
              struct alert_stored *out)
{
    out->by_severity = db_is_null(rows, i, "channels");
    out->n_channels = read_ids(a, db_text(rows, i, "channels"), &out->channels);
    out->channel_names =
        read_lines(a, db_text(rows, i, "channel_names"), out->n_channels);
    out->n_escalate_to =
        read_ids(a, db_text(rows, i, "escalate_to"), &out->escalate_to);
    out->escalate_names =
        read_lines(a, db_text(rows, i, "escalate_names"), out->n_escalate_to);
}

static void
read_row(struct arena *a, const struct alert_actor *who,
         const struct db_rows *rows, int i, struct alert_stored *out)
{
    *out = alert_stored_new();
    out->id = db_i64(rows, i, "id");
    out->version = db_i64(rows, i, "version");
    out->name = db_text(rows, i, "name");
    out->owner = db_text(rows, i, "owner");
    out->owner_id = db_i64(rows, i, "owner_id");
    out->shared = db_bool(rows, i, "shared");
    out->enabled = db_bool(rows, i, "enabled");
    out->is_pipeline = db_bool(rows, i, "is_pipeline");
    out->severity = db_text(rows, i, "severity");
    out->instrument_id = db_i64(rows, i, "instrument_id");
    out->symbol = db_text(rows, i, "symbol");
    out->condition = db_text(rows, i, "condition");
    out->threshold = db_f64(rows, i, "threshold");
    out->subject = db_text(rows, i, "subject");
    out->rule.cooldown_s = db_i64(rows, i, "cooldown_s");
    out->rule.once = db_bool(rows, i, "once");
    out->tell_resolved = db_bool(rows, i, "tell_resolved");
    out->remind_s = db_i64(rows, i, "remind_s");
    out->escalate_s = db_i64(rows, i, "escalate_s");
    out->note = db_text(rows, i, "note");
    out->created_at = db_i64(rows, i, "created_at");
    out->updated_at = db_i64(rows, i, "updated_at");
    out->may_change = who->is_admin || (who->may_write && out->owner_id != 0 &&
                                        out->owner_id == who->user_id);
    read_state(rows, i, out);
    read_channels(a, rows, i, out);
    read_fault(a, rows, i, out);
}

static const char *
or_null(struct arena *a, int64_t v)
{
    return v != 0 ? fmt_i64(a, v) : NULL;
}

static bool
list(struct arena *a, struct db *db, const struct alert_actor *who,
     const char *ids, const struct alert_filter *f, struct alert_stored **out,
     size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_alert_list,
                  DB_ARGS(fmt_i64(a, who->user_id), fmt_bool(who->is_admin),
                          ids, f->symbol, f->owner, f->severity, f->kind,
                          f->phase, f->search, or_null(a, f->before),
                          or_null(a, f->after), fmt_i64(a, f->limit)),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        read_row(a, who, rows, i, &(*out)[i]);
    return true;
}

bool
alert_stored_list(struct arena *a, struct db *db, const struct alert_actor *who,
                  const struct alert_filter *filter, struct alert_stored **out,
                  size_t *n, struct err *err)
{
    struct alert_filter more = *filter;
    more.limit++;
    return list(a, db, who, NULL, &more, out, n, err);
}

static bool
missing(int64_t id, struct err *err)
{
    return err_set(err, ERR_MISSING, "there is no alert rule %lld",
                   (long long)id);
}

bool
alert_get_all(struct arena *a, struct db *db, const struct alert_actor *who,
              const int64_t *ids, size_t n, struct alert_stored **out,
              struct err *err)
{
    const struct alert_filter all = {.limit = (int)n, .after = -1};
    const char **texts = arena_array(a, n, sizeof *texts);
    size_t found;
    for (size_t i = 0; i < n; i++)
        texts[i] = fmt_i64(a, ids[i]);
    if (!list(a, db, who, fmt_array(a, texts, n), &all, out, &found, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (i == found || (*out)[found - 1 - i].id != ids[i])
            return missing(ids[i], err);
    return true;
}

bool
alert_stored_get(struct arena *a, struct db *db, const struct alert_actor *who,
                 int64_t id, struct alert_stored *out, struct err *err)
{
    struct alert_stored *found;
    if (id <= 0)
        return missing(id, err);
    if (!alert_get_all(a, db, who, &id, 1, &found, err))
        return false;
    *out = found[0];
    return true;
}
