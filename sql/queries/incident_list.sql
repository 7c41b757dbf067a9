-- Incidents that a user may see, newest first; a NULL parameter does not filter.
-- $1 bigint user; $2 boolean sees all; $3 bigint this one only; $4 text state (open, acked, closed); $5 text severity;
-- $6 text symbol; $7 bigint rule; $8 bigint delivery that tells of it; $9 bigint older than this id; $10 bigint newer than
-- this id; $11 integer limit
-- -> id, opened_at, closed_at, acked_at, events, rule_id bigint (null: none), title, severity, owner, rules, provider,
--    acked_by, ack_note, silenced_by text (null: none)
WITH visible AS NOT MATERIALIZED (
    SELECT i.id
      FROM alert_incident i
     WHERE ($2::boolean OR i.owner_id = $1::bigint OR i.owner_id IS NULL OR i.shared)
       AND ($3::bigint IS NULL OR i.id = $3::bigint)
       AND ($4::text IS NULL OR CASE $4::text WHEN 'closed' THEN i.closed_at IS NOT NULL
                                              WHEN 'acked' THEN i.closed_at IS NULL AND i.acked_at IS NOT NULL
                                              ELSE i.closed_at IS NULL END)
       -- what is open is among what is not settled: the index knows
       AND ($4::text IS NULL OR $4::text = 'closed' OR NOT i.settled)
       AND ($5::text IS NULL OR i.severity = $5::text)
       AND ($6::text IS NULL OR EXISTS (SELECT FROM alert_event e WHERE e.incident_id = i.id AND lower(e.subject) = lower($6::text)))
       AND ($7::bigint IS NULL OR EXISTS (SELECT FROM alert_event e WHERE e.incident_id = i.id AND e.rule_id = $7::bigint))
       AND ($8::bigint IS NULL OR i.id IN (SELECT incident_id FROM delivery_incident WHERE delivery_id = $8::bigint))
), page AS (
    (SELECT id FROM visible
      WHERE $10::bigint IS NULL AND ($9::bigint IS NULL OR id < $9::bigint)
      ORDER BY id DESC LIMIT $11::integer)
    UNION ALL
    (SELECT id FROM visible WHERE $10::bigint IS NOT NULL AND id > $10::bigint ORDER BY id LIMIT $11::integer)
)
SELECT i.id, i.title, i.severity, u.name AS owner, e.rules, e.rule_id,
       (SELECT substr(tag, 10) FROM unnest(i.tags) AS tag WHERE starts_with(tag, 'provider:') LIMIT 1) AS provider,
       extract(epoch FROM i.opened_at)::bigint AS opened_at, extract(epoch FROM i.closed_at)::bigint AS closed_at, i.events,
       i.acked_by, extract(epoch FROM i.acked_at)::bigint AS acked_at, CASE WHEN i.acked_at IS NOT NULL THEN i.ack_note END AS ack_note,
       q.words AS silenced_by
  FROM page
  JOIN alert_incident i USING (id)
  LEFT JOIN app_user u ON u.id = i.owner_id
 CROSS JOIN LATERAL (
       SELECT string_agg(rule_name, ', ' ORDER BY first_id) AS rules, (array_agg(rule_id ORDER BY first_id))[1] AS rule_id
         FROM (SELECT rule_name, min(rule_id) AS rule_id, min(id) AS first_id
                 FROM alert_event WHERE incident_id = i.id GROUP BY rule_name) r) e
  LEFT JOIN LATERAL (
       SELECT CASE WHEN bool_and(s.words IS NOT NULL) THEN min(s.words) END AS words
         FROM alert_event f
         LEFT JOIN LATERAL (SELECT author || ': ' || reason AS words FROM silence_now
                             WHERE silence_covers(silence, f, i.tags) ORDER BY id LIMIT 1) s ON true
        WHERE f.incident_id = i.id AND f.kind IN ('fired', 'data_lost')) q ON i.closed_at IS NULL
 ORDER BY i.id DESC
