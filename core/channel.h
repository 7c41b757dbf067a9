/* Channels: where messages go. Admins make and change them; operators see
 * them (no secret is ever shown again), choose them and send a test.
 *
 * Fields by kind; * is secret and sealed at rest:
 *   console    none: the bell and the pages
 *   email      host, port, tls (starttls, tls, none), user, password*, from, to
 *   webhook    url, key* (of the HMAC)
 *   slack      url*
 *   telegram   token*, chat, base_url (https://api.telegram.org)
 * "none" for tls and http for webhooks are allowed for loopback only.
 */
#ifndef CORE_CHANNEL_H
#define CORE_CHANNEL_H

#include "core/alert_store.h"

struct channel_field {
    const char *name, *label, *help;
    bool is_secret, is_optional;
    const char *const *choices; /* NULL-terminated; NULL: free text */
    const char *standard;       /* NULL: none */
};
struct channel_kind {
    const char *name, *title;
    const struct channel_field *fields;
    size_t n_fields;
};
const struct channel_kind *channel_kinds(size_t *n);
const struct channel_kind *channel_kind_find(const char *name);

enum { CHANNEL_FIELDS_MAX = 8 };

struct channel {
    int64_t id, version;
    const char *name, *kind;
    bool enabled;
    /* by the kind's fields, in their order; NULL: none. Of secret ones what is
     * to be stored; "" keeps what is there; never set by channel_get */
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
/* id 0 adds. key: config's key, to seal with.
 * fails   ERR_INPUT: "FIELD: what is wrong"; ERR_CONFLICT: the name is taken,
 *         or somebody else changed it; ERR_MISSING */
MUST_USE bool channel_save(struct db *db, const struct alert_actor *who,
                           const unsigned char *key, const struct channel *c,
                           int64_t *id, struct err *err);
/* fails   ERR_CONFLICT: rules name it (how many); ERR_MISSING */
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

#endif
