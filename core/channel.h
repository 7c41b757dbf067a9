/* Channels: where messages go. Admins make and change them; operators see
 * them (no secret is ever shown again), choose them and send a test.
 *
 * Fields by kind; * is secret and sealed at rest:
 *   console    none: the bell and the pages
 *   email      host, port, tls (starttls, tls, none), user, password*, from,
 *              to (several: separated by commas)
 *   webhook    url, key* (of the HMAC; without one nothing is signed)
 *   slack      url*
 *   telegram   token*, chat, base_url (https://api.telegram.org)
 * "none" for tls and http in URLs are allowed for loopback only; a login needs
 * TLS.
 *
 * How they are stored: settings is a JSON object of the fields' texts, with
 * true where a secret one is set and "where"; secret is a sealed JSON object of
 * the secret ones.
 */
#ifndef CORE_CHANNEL_H
#define CORE_CHANNEL_H

#include "core/alert_store.h"
#include "lib/db.h"

struct channel_field {
    const char *name, *label, *help;
    bool is_secret, is_optional;
    const char *const *choices; /* NULL-terminated; NULL: free text */
    const char *standard;       /* NULL: none */
    /* what is wrong with a value that is there; NULL: nothing */
    const char *(*check)(struct arena *a, const char *value);
};
struct channel_kind {
    const char *name, *title;
    const struct channel_field *fields;
    size_t n_fields;
    /* what is wrong with all of them together, and of which field */
    const char *(*check)(const char *const *values, const char **field);
    /* for people, never secret; NULL: they are not checked yet */
    const char *(*where)(struct arena *a, const char *const *values);
};
const struct channel_kind *channel_kinds(size_t *n);
/* NULL: there is none */
const struct channel_kind *channel_kind_find(const char *name);

enum { CHANNEL_FIELDS_MAX = 8, CHANNEL_VALUE_MAX = 1000 };

struct channel {
    int64_t id, version;
    const char *name, *kind;
    bool enabled;
    /* by the kind's fields, in their order; NULL: none. Of secret ones what is
     * to be stored; "" keeps what is there, NULL takes it away; never set by
     * channel_get */
    const char *values[CHANNEL_FIELDS_MAX];
    bool has_secret[CHANNEL_FIELDS_MAX];
    bool severity_info, severity_warning, severity_critical;
    const char *where; /* for people: "ops@example.org", "hooks.example.org" */
    int64_t sent_at, fault_at; /* 0: never */
    const char *fault;
    int64_t n_waiting, n_dead; /* deliveries */
    int64_t n_rules;           /* that name it */
};
MUST_USE bool channel_list(struct arena *a, struct db *db, struct channel **out,
                           size_t *n, struct err *err);
/* fails ERR_MISSING */
MUST_USE bool channel_get(struct arena *a, struct db *db, int64_t id,
                          struct channel *out, struct err *err);
/* id 0 adds; *id is its id then. The kind stays what it is. key: config's key,
 * to seal with. What waits to be sent goes out at once with the new settings;
 * when the channel is switched off, it is dropped.
 * fails   ERR_INPUT: "FIELD: what is wrong"; ERR_CONFLICT: the name is taken,
 *         or somebody else changed it; ERR_MISSING; ERR_DENIED: no admin */
MUST_USE bool channel_save(struct db *db, const struct alert_actor *who,
                           const unsigned char *key, const struct channel *c,
                           int64_t *id, struct err *err);
/* What waits for it is dropped.
 * fails   ERR_CONFLICT: rules name it (how many); ERR_MISSING; ERR_DENIED */
MUST_USE bool channel_delete(struct db *db, const struct alert_actor *who,
                             int64_t id, struct err *err);
/* Ids and names of all, for forms. */
struct channel_name {
    int64_t id;
    const char *name, *kind;
    bool enabled;
};
MUST_USE bool channel_names(struct arena *a, struct db *db,
                            struct channel_name **out, size_t *n,
                            struct err *err);

/* The values of a stored channel, as sending needs them: settings and the
 * opened secret, by the kind's fields. key NULL: none is known.
 * fails   ERR_INTERNAL: the key is another one, or is not known */
MUST_USE bool channel_open(struct arena *a, const struct channel_kind *kind,
                           const unsigned char *key, const char *settings,
                           const char *secret,
                           const char *values[CHANNEL_FIELDS_MAX],
                           struct err *err);

#endif
