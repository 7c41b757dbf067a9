/* Rows of the outbox for tests: dbcase.h and incidents, deliveries. */
#ifndef TESTS_LIB_OWEDCASE_H
#define TESTS_LIB_OWEDCASE_H

#include "tests/lib/dbcase.h"

#include <stdlib.h>

/* An incident with one event. */
static inline int64_t
incident(const char *title)
{
    return atoll(
        sql(arena_printf(a,
                         "WITH i AS (INSERT INTO alert_incident (shared, "
                         "title, severity, tags, opened_at, tell_at) VALUES "
                         "(true, '%s', 'critical', '{}', now(), now()) "
                         "RETURNING id), e AS (INSERT INTO alert_event "
                         "(rule_name, shared, severity, kind, subject, at, "
                         "left_value, right_value, text, incident_id) "
                         "SELECT 'Rule <one>', true, 'critical', 'fired', "
                         "'binance', to_timestamp(1700000000), 5, 3, "
                         "'binance has not answered <!here> & more', id "
                         "FROM i) SELECT id FROM i",
                         title)));
}

/* What a channel is to be told. */
static inline int64_t
owed(int64_t channel_id, const char *kind, int64_t incident_id)
{
    return atoll(
        sql(arena_printf(a,
                         "WITH d AS (INSERT INTO delivery (channel_id, "
                         "channel_name, kind, severity) SELECT id, name, "
                         "'%s', 'critical' FROM channel WHERE id = %lld "
                         "RETURNING id), i AS (INSERT INTO delivery_incident "
                         "SELECT id, %lld FROM d WHERE %lld > 0) SELECT id "
                         "FROM d",
                         kind, (long long)channel_id, (long long)incident_id,
                         (long long)incident_id)));
}

/* Of a delivery, as text. */
static inline const char *
column(int64_t id, const char *expression)
{
    return arena_strdup(
        a, sql(arena_printf(a, "SELECT %s FROM delivery WHERE id = %lld",
                            expression, (long long)id)));
}

#endif
