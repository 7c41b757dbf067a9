/* Incidents: events of one cause, told once; and who is told what.
 *
 * An event that fires (or loses its data) belongs to its state's incident while
 * that is open; else it joins the oldest open incident of the same owner with
 * which it shares a tag; else it opens one. What only its owner may see is in
 * no incident that others see. A series' rule has the tag "rule:ID"; the tags
 * of the pipeline's conditions name causes ("provider:binance"), so that an
 * outage, the data that is late for it and the run and model that failed for
 * it are one incident. An incident is closed when all its states are over, or
 * their rules are gone, switched off or changed. Retroactive events belong to
 * none.
 *
 * incident_settle makes what is owed of what stands, in the transaction that
 * saw the transitions, to the channels of the incident's rules: those that the
 * rule names, else those that take the incident's severity (the highest of its
 * events'); none that is switched off.
 *   opened     once to a channel, at tell_at: QM_ALERT_GROUP_S after it opened
 *              where others may join, at once for series; also when it closed
 *              in the same transaction, but not when it closed before tell_at
 *   reminder   every remind_s after that, until somebody acknowledges it
 *   escalated  once to a channel of escalate_to, escalate_s after it was told
 *              first (or was to be), unless somebody has acknowledged it
 *   resolved   when it has closed, to those who were told of it (not to those
 *              whose message is dead), unless none of its rules wants that
 * A message that was made goes out, whatever comes after it, so that no
 * "resolved" comes without its "opened"; only reminders and escalations that
 * still wait are dropped when the incident is acknowledged or closed. Nobody
 * is told anything of an incident while silences cover all that fired in it;
 * when they end, what is owed then is told: that it is open, or that what was
 * told before has resolved. Several incidents that are told of to one channel
 * at the same time and with the same kind are one delivery. Of kind console it
 * is made and counts as sent.
 */
#ifndef CORE_INCIDENT_H
#define CORE_INCIDENT_H

#include "lib/db.h"

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
    bool is_pipeline; /* others may join: telling waits */
    const char *const *tags;
    size_t n_tags;
};

/* Keeps the events, in order: rows of alert_event, incidents opened and joined,
 * incident_id of their states (which are written before; who writes them
 * leaves it alone). Part of the caller's transaction, as is incident_settle
 * after it, which closes incidents. */
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
