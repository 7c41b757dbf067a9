/* /api/v1/alerts: rules are tried on the past and at this moment, and come in
 * as a document. */
#include "cgi/alert_api.h"
#include "core/alert_history.h"
#include "core/alert_now.h"
#include "core/interval.h"

#include <string.h>

/* The rule that a body describes under "rule", or names by "id". */
static bool
read_rule(struct page *p, struct alert_stored *s, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct json body = page_json(p), id = json_get(body, "id");
    int64_t stored;
    *s = alert_stored_new();
    s->name = "new";
    if (json_type(id) != JSON_NONE)
        return json_i64(id, &stored)
                   ? alert_stored_get(p->a, p->db, &who, stored, s, err)
                   : err_set(err, ERR_INPUT, "id: Give a rule's number");
    return alert_stored_parse(p->a, p->db, json_get(body, "rule"), s, err) ||
           alert_within(err, "rule");
}

/* What is wrong with it, but for what it takes to be saved only. */
static bool
check_rule(struct page *p, const struct alert_stored *s, struct err *err)
{
    const char *field, *wrong = alert_stored_check(p->a, s, &field);
    return wrong == NULL ||
           err_set(err, ERR_INPUT, "rule.%s: %s", field, wrong);
}

/* A text of the body; NULL: absent. */
static const char *
body_text(const struct page *p, const char *name)
{
    return json_str(json_get(page_json(p), name));
}

bool
page_api_alerts_replay(struct page *p, struct err *err)
{
    struct alert_stored s;
    struct series_page_ask ask;
    struct alert_replay_summary sum;
    if (!read_rule(p, &s, err) || !check_rule(p, &s, err))
        return false;
    if (s.is_pipeline)
        return err_set(err, ERR_INPUT,
                       "rule.kind: Only a rule about a series has a past to be "
                       "tried on");
    const struct series_page_words words = {
        .symbol = s.symbol,
        .interval = interval_name(s.rule.interval_s),
        .from = body_text(p, "from"),
        .to = body_text(p, "to"),
        .as_of = body_text(p, "as_of"),
    };
    if (!series_page_read(p->a, p->db, &words, &ask, err) ||
        !alert_history_replay(p->a, p->db, &ask, &s.rule, &sum, err))
        return false;
    alert_history_json(p->a, p->out, &ask, &s.rule, &sum);
    return true;
}

static bool
answer_now(struct page *p, const struct alert_stored *s, struct err *err)
{
    struct alert_now now;
    if (!alert_now(p->a, p->db, s, p->now_ts, &now, err))
        return false;
    alert_now_json(p->a, p->out, s, p->now_ts, &now);
    return true;
}

bool
page_api_alerts_test(struct page *p, struct err *err)
{
    struct alert_stored s;
    return read_rule(p, &s, err) && check_rule(p, &s, err) &&
           answer_now(p, &s, err);
}

bool
page_api_alert_test(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    struct alert_stored s;
    int64_t id;
    return alert_api_id(p, &id, err) &&
           alert_stored_get(p->a, p->db, &who, id, &s, err) &&
           answer_now(p, &s, err);
}

bool
page_api_alerts_import(struct page *p, struct err *err)
{
    const struct alert_actor who = request_alert_actor(p);
    const char *replace = page_query(p, "replace");
    struct alert_imported done;
    if (replace != NULL && strcmp(replace, "yes") != 0 &&
        strcmp(replace, "no") != 0)
        return err_set(err, ERR_INPUT, "replace: Choose yes or no");
    if (!alert_import(p->db, &who, page_json(p),
                      replace != NULL && replace[0] == 'y', &done, err))
        return false;
    alert_imported_json(p->out, &done);
    return true;
}
