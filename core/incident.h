/* Incidents: events of one cause, told once; and who is told what.
 *
 * An event that fires joins the oldest open incident of the same owner with
 * which it shares a tag, else it opens one. An incident is closed when all
 * its states are over. A series' rule has the tag "rule:ID"; the tags of the
 * pipeline's conditions name causes ("provider:binance"), so that an outage,
 * the data that is late for it and the run and model that failed for it are
 * one incident.
 *
 * incident_settle makes what is owed of what stands, in the transaction that
 * saw the transitions: for each open incident that no silence covers, and each
 * channel of its rules, "opened" once (at tell_at: INCIDENT_WAIT_S after it
 * opened where others may join, at once for series); "reminder" every
 * remind_s, until it is acknowledged; "escalated" once after escalate_s
 * without acknowledgement, to escalate_to; "resolved" when it has closed and
 * its "opened" was or is being sent. An "opened" that still waits when its
 * incident closes is dropped. A silence's end tells of what is still open.
 * Several incidents that are told of to one channel at the same time and with
 * the same kind are one delivery.
 */
#ifndef CORE_INCIDENT_H
#define CORE_INCIDENT_H

#include "lib/db.h"

enum { INCIDENT_WAIT_S = 30 };

/* A transition of a state, to be kept. */
struct incident_event {
    int64_t rule_id, rule_version;
    const char *rule_name, *severity;
    int64_t owner_id; /* 0: the installation's */
    bool shared;
    const char *kind; /* alert_event_name */
    const char *subject;
    int64_t instrument_id; /* 0: none */
    int32_t interval_s;
    int64_t ts, at_ts; /* INT64_MIN: none */
    double left, right;
    const char *text;
    bool retroactive;
    bool is_pipeline; /* others may join: wait with telling */
    const char *const *tags;
    size_t n_tags;
};

/* Keeps the events, in order: rows of alert_event, incidents opened, joined
 * and closed, incident_id of their states (which are written before). Part of
 * the caller's transaction. */
MUST_USE bool incident_note(struct db *db, const struct incident_event *events,
                            size_t n, struct err *err);

/* Makes the deliveries that are owed now.
 * told     deliveries made
 * next_s   until more may be owed by time alone; -1: nothing */
MUST_USE bool incident_settle(struct db *db, int64_t *told, int64_t *next_s,
                              struct err *err);

/* --- for pages ------------------------------------------------------------ */

struct alert_actor; /* core/alert_store.h */

struct incident {
    int64_t id;
    const char *title, *severity;
    const char *owner;            /* NULL: the installation */
    const char *rules;            /* names of its rules: "Data is late, ..." */
    int64_t rule_id;              /* of its first event; 0: it is gone */
    const char *provider;         /* of its tags, the first; NULL: none */
    int64_t opened_at, closed_at; /* 0: open */
    int64_t events;
    const char *acked_by, *ack_note; /* NULL: nobody */
    int64_t acked_at;
    const char *silenced_by; /* who and why, "ann: maintenance"; NULL */
    bool may_ack;
};
struct incident_filter {
    const char *state; /* open, acked, closed; NULL: any */
    const char *severity, *symbol;
    int64_t rule_id;
    int64_t delivery_id; /* those that it tells of; 0: any */
    int64_t before, after;
    int limit;
};
/* Newest first; one more than limit when there are more. */
MUST_USE bool incident_list(struct arena *a, struct db *db,
                            const struct alert_actor *who,
                            const struct incident_filter *filter,
                            struct incident **out, size_t *n, struct err *err);
/* fails   ERR_MISSING */
MUST_USE bool incident_get(struct arena *a, struct db *db,
                           const struct alert_actor *who, int64_t id,
                           struct incident *out, struct err *err);

struct incident_line {
    int64_t id, rule_id; /* rule_id 0: the rule is gone */
    const char *rule_name, *severity, *kind, *subject, *text;
    int64_t instrument_id; /* 0: none */
    int32_t interval_s;
    int64_t ts, at_ts, created_at; /* ts INT64_MIN: none */
    double left, right;
    bool retroactive;
    int64_t incident_id; /* 0: none */
};
struct incident_line_filter {
    int64_t incident_id, rule_id; /* 0: any */
    const char *symbol, *kind;
    bool retroactive_only, live_only;
    int64_t from_ts, to_ts; /* of at; 0: open */
    int64_t before, after;
    int limit;
};
MUST_USE bool incident_lines(struct arena *a, struct db *db,
                             const struct alert_actor *who,
                             const struct incident_line_filter *filter,
                             struct incident_line **out, size_t *n,
                             struct err *err);

/* Somebody is on it: no reminder and no escalation any more. Audited.
 * fails   ERR_MISSING; ERR_CONFLICT: it is acknowledged or closed already */
MUST_USE bool incident_ack(struct db *db, const struct alert_actor *who,
                           int64_t id, const char *note, struct err *err);

#endif
