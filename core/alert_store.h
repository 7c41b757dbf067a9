/* Stored alert rules: what people write, see and change.
 *
 * A rule is its owner's: only they and admins change it, only they, admins and
 * (shared, or the installation's own) everybody see it. To whoever may not see
 * a rule it does not exist: ERR_MISSING, never "forbidden". Every change is
 * audited with before and after and refused where somebody else was faster.
 */
#ifndef CORE_ALERT_STORE_H
#define CORE_ALERT_STORE_H

#include "core/alert.h"
#include "lib/buf.h"
#include "lib/db.h"
#include "lib/json.h"

enum { ALERT_NAME_MAX = 120, ALERT_NOTE_MAX = 2000, ALERT_RULES_MAX = 10000 };

/* Who asks. */
struct alert_actor {
    int64_t user_id;
    const char *name, *address;
    bool is_admin;
    bool may_write; /* operators and admins */
};

/* A rule as it is stored; absent texts are NULL, absent numbers NaN. */
struct alert_stored {
    int64_t id; /* 0: a new one */
    int64_t version;
    const char *name, *owner;
    int64_t owner_id; /* 0: the installation's */
    bool shared, enabled;
    bool is_pipeline;
    const char *severity; /* info, warning, critical */
    /* series */
    int64_t instrument_id;
    const char *symbol;
    struct alert_rule rule; /* also cooldown_s and once of a pipeline rule */
    /* pipeline: core/alert_condition.h */
    const char *condition;
    double threshold;
    const char *subject; /* NULL: any */
    /* both */
    bool by_severity; /* channels are those of the severity */
    const int64_t *channels;
    size_t n_channels;
    bool tell_resolved;
    int64_t remind_s, escalate_s;
    const int64_t *escalate_to;
    size_t n_escalate_to;
    const char *note;
    int64_t created_at, updated_at;
    /* how it stands; not looked at by alert_save */
    const char *phase; /* the worst of its subjects; NULL: not evaluated */
    int64_t since, fired_at;
    double value;
    int64_t n_active;    /* subjects */
    int64_t incident_id; /* 0: none */
    bool silenced;       /* now */
    bool may_change;     /* by who asked */
};

/* What is wrong with it, as a sentence, and of which field (as in JSON); NULL:
 * nothing. Channels are not looked at. */
const char *alert_stored_check(struct arena *a, const struct alert_stored *s,
                               const char **field);

/* The whole rule in words, for people: "BTC-USD, 1d: close above 100000 ...";
 * "A provider does not answer". */
const char *alert_stored_words(struct arena *a, const struct alert_stored *s);

struct alert_filter {
    const char *symbol, *owner, *severity, *kind; /* NULL: any */
    const char *phase;     /* active, ok, ..., off (not enabled); NULL: any */
    const char *search;    /* part of the name, any case; NULL: any */
    int64_t before, after; /* ids at the edge of a page, 0: none */
    int limit;
};
/* Newest first, those that who may see, one more than limit when there are
 * more. */
MUST_USE bool alert_stored_list(struct arena *a, struct db *db,
                                const struct alert_actor *who,
                                const struct alert_filter *filter,
                                struct alert_stored **out, size_t *n,
                                struct err *err);
/* fails   ERR_MISSING */
MUST_USE bool alert_stored_get(struct arena *a, struct db *db,
                               const struct alert_actor *who, int64_t id,
                               struct alert_stored *out, struct err *err);

/* Adds it (id 0; owner is who asks) or replaces it, when its version is still
 * s->version; *id is its id then. A changed rule begins anew.
 * fails   ERR_INPUT: err->text begins with "FIELD: "; ERR_MISSING;
 *         ERR_CONFLICT: somebody else changed it; ERR_DENIED: who may see but
 *         not change it */
MUST_USE bool alert_save(struct db *db, const struct alert_actor *who,
                         const struct alert_stored *s, int64_t *id,
                         struct err *err);
/* fails   as alert_save; version 0: whatever it is */
MUST_USE bool alert_delete(struct db *db, const struct alert_actor *who,
                           int64_t id, int64_t version, struct err *err);
/* Switches many on or off, in one transaction; *n: that changed.
 * fails   as alert_save, and then none is changed */
MUST_USE bool alert_enable(struct db *db, const struct alert_actor *who,
                           const int64_t *ids, size_t n_ids, bool enable,
                           int64_t *n, struct err *err);
/* A copy of it, not enabled, owned by who asks: "NAME (copy)". */
MUST_USE bool alert_duplicate(struct db *db, const struct alert_actor *who,
                              int64_t id, int64_t *copy, struct err *err);

/* --- JSON (docs/api.md): the same shape in API answers, requests, export and
 * import -------------------------------------------------------------------
 * {"id", "version", "name", "owner", "shared", "enabled", "kind", "severity",
 *  "symbol", "interval", "when": "rsi_14 above 70", "for_bars", "clear",
 *  "no_data_s", "condition", "threshold", "subject", "cooldown_s", "once",
 *  "channels": ["Ops"] or null, "tell_resolved", "remind_s", "escalate_s",
 *  "escalate_to", "note", and in answers "state": {"phase", "since",
 *  "fired_at", "value"}, "words"} */

void alert_stored_json(struct arena *a, struct buf *b,
                       const struct alert_stored *s,
                       const char *const *channel_names);
/* Reads one; what is absent keeps what *s has. The instrument and the channels
 * are looked up by name.
 * fails   ERR_INPUT: "FIELD: what is wrong"; ERR_MISSING: no such instrument */
MUST_USE bool alert_stored_parse(struct arena *a, struct db *db, struct json v,
                                 struct alert_stored *s, struct err *err);

/* Adds all rules of a JSON document ({"alerts": [...]} or an array), or, when
 * one of them is wrong, none: err tells which and why. Names that who has
 * already are replaced only with `replace`, else skipped and counted. */
struct alert_imported {
    int64_t added, replaced, skipped;
};
MUST_USE bool alert_import(struct db *db, const struct alert_actor *who,
                           const char *text, size_t len, bool replace,
                           struct alert_imported *out, struct err *err);

#endif
