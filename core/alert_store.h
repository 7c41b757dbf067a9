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
    const char *const *channel_names; /* of each; not looked at by alert_save */
    size_t n_channels;
    bool tell_resolved;
    int64_t remind_s, escalate_s;
    const int64_t *escalate_to;
    const char *const *escalate_names;
    size_t n_escalate_to;
    const char *note;
    int64_t created_at, updated_at;
    /* how it stands; not looked at by alert_save */
    const char *phase; /* the worst of its subjects; NULL: not evaluated */
    int64_t since, fired_at;
    double value;
    int64_t n_active;    /* subjects */
    int64_t incident_id; /* 0: none */
    bool silenced;       /* now: nobody is told of its next firing */
    bool may_change;     /* by who asked */
    /* what is stored is no rule of this version of the program: why, as a
     * sentence, and its `when` as it is written there (of a series; `rule` has
     * no terms then). NULL: it is one */
    const char *fault, *fault_when;
};

/* A new rule before anything is said of it: on a series, enabled, a warning to
 * the channels of its severity, which hear of its end, too. */
struct alert_stored alert_stored_new(void);

/* What is wrong with it, as a sentence, and of which field (as in JSON); NULL:
 * nothing. What only the database knows is not looked at: instrument,
 * channels, subject. */
const char *alert_stored_check(struct arena *a, const struct alert_stored *s,
                               const char **field);

/* The whole rule in words, for people: "BTC-USD, 1d: close above 100000 ...";
 * "A provider does not answer". */
const char *alert_stored_words(struct arena *a, const struct alert_stored *s);

struct alert_filter {
    const char *symbol;          /* watched, or the subject; NULL: any */
    const char *severity, *kind; /* NULL: any */
    const char *owner;           /* "-": the installation; NULL: any */
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

/* Adds it (id 0; owner is who asks, user_id 0: the installation) or replaces
 * it, when its version is still s->version; *id is its id then. A rule that
 * watches something else now begins anew; one of which only the rest was
 * changed (name, severity, channels, note ...) goes on as it stands.
 * fails   ERR_INPUT: err->text begins with "FIELD: "; ERR_MISSING;
 *         ERR_CONFLICT: somebody else changed it, or the owner has
 *         ALERT_RULES_MAX already; ERR_DENIED: who may see but not change it */
MUST_USE bool alert_save(struct db *db, const struct alert_actor *who,
                         const struct alert_stored *s, int64_t *id,
                         struct err *err);
/* fails   as alert_save; version 0: whatever it is */
MUST_USE bool alert_delete(struct db *db, const struct alert_actor *who,
                           int64_t id, int64_t version, struct err *err);
/* Switches many on or off, in one transaction; *n: that changed. One that is
 * switched on begins anew.
 * fails   as alert_save (ERR_INPUT: of a retired instrument), and then none is
 *         changed */
MUST_USE bool alert_enable(struct db *db, const struct alert_actor *who,
                           const int64_t *ids, size_t n_ids, bool enable,
                           int64_t *n, struct err *err);
/* A copy of it, not enabled, owned by who asks: "NAME (copy)". */
MUST_USE bool alert_duplicate(struct db *db, const struct alert_actor *who,
                              int64_t id, int64_t *copy, struct err *err);

/* --- JSON (docs/api.md): the same shape in API answers, requests, export and
 * import -------------------------------------------------------------------
 * {"id", "version", "owner", "name", "kind", "severity", "enabled", "shared",
 *  kind series:   "symbol", "interval", "when": "rsi_14 above 70", "for_bars",
 *                 "clear", "no_data_s",
 *  kind pipeline: "condition", "threshold", "subject",
 *  "cooldown_s", "once", "channels": ["Ops"] or null (those of the severity),
 *  "tell_resolved", "remind_s", "escalate_s", "escalate_to": ["Boss"], "note",
 *  "words", "state": {"phase", "since", "fired_at", "value", "active",
 *  "incident", "silenced"}, "may_change", "created_at", "updated_at"} */
void alert_stored_json(struct arena *a, struct buf *b,
                       const struct alert_stored *s);

/* Reads one; what is absent keeps what *s has (alert_stored_new, or a rule that
 * was read). Instrument and channels are looked up by name, any case; seconds
 * may be words ("2h"). What only answers have may be there and is passed over.
 * fails   ERR_INPUT: "FIELD: what is wrong", also for names that are not known
 *         and for fields that there are not */
MUST_USE bool alert_stored_parse(struct arena *a, struct db *db, struct json v,
                                 struct alert_stored *s, struct err *err);

/* Says that it failed within a part of a document: "rule.when: ..." of "when:
 * ..."; returns false. */
bool alert_within(struct err *err, const char *container);
#define alert_within(...) err_false(alert_within(__VA_ARGS__))

/* {"alerts": [...]}, oldest first: those that who may see, without what only
 * this installation knows (id, version, owner, how it stands). */
MUST_USE bool alert_export(struct arena *a, struct db *db,
                           const struct alert_actor *who,
                           const struct alert_filter *filter, struct buf *out,
                           struct err *err);

/* Adds all rules of a JSON document ({"alerts": [...]} or an array), or, when
 * one of them is wrong, none. Names that who has already are replaced only with
 * `replace`, else skipped and counted.
 * fails   ERR_INPUT: "alerts[3].when: what is wrong"; as alert_save */
struct alert_imported {
    int64_t added, replaced, skipped;
};
MUST_USE bool alert_import(struct db *db, const struct alert_actor *who,
                           struct json doc, bool replace,
                           struct alert_imported *out, struct err *err);

/* {"added", "replaced", "skipped"} */
void alert_imported_json(struct buf *b, const struct alert_imported *done);

#endif
