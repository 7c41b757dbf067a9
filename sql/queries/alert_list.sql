-- Alert rules that a user may see, newest first; a NULL parameter does not filter.
-- $1 bigint user (0: nobody's); $2 boolean sees all; $3 bigint[] these only, ascending; $4 text symbol; $5 text owner
-- ('-': the installation); $6 text severity; $7 text kind; $8 text phase, or 'off'; $9 text part of the name;
-- $10 bigint older than this id; $11 bigint newer than this id; $12 integer limit
-- -> id, version bigint, name, owner text, owner_id bigint, shared, enabled, is_pipeline boolean, severity text,
--    instrument_id bigint, symbol text, interval_s integer, left_term, op, right_term text, for_bars integer,
--    clear_level float8, no_data_s bigint, condition text, threshold float8, subject text, cooldown_s bigint, once
--    boolean, channels, escalate_to bigint[], channel_names, escalate_names text (lines), tell_resolved boolean,
--    remind_s, escalate_s bigint, note text, created_at, updated_at, since, fired_at bigint, phase text, value float8,
--    n_active, incident_id bigint, silenced boolean
WITH visible AS NOT MATERIALIZED (
    SELECT r.id
      FROM alert_rule r
     WHERE ($2::boolean OR r.owner_id = $1::bigint OR r.owner_id IS NULL OR r.shared)
       AND r.id BETWEEN coalesce(($3::bigint[])[1], 1)
                    AND coalesce(($3::bigint[])[cardinality($3::bigint[])], 9223372036854775807)
       AND ($3::bigint[] IS NULL OR r.id = ANY ($3::bigint[]))
       AND ($4::text IS NULL OR lower(r.subject) = lower($4::text)
            OR r.instrument_id = (SELECT i.id FROM instrument i WHERE lower(i.symbol) = lower($4::text)))
       AND ($5::text IS NULL OR lower(coalesce(r.owner, '-')) = lower($5::text))
       AND ($6::text IS NULL OR r.severity = $6::text)
       AND ($7::text IS NULL OR r.kind = $7::text)
       AND ($8::text IS NULL OR CASE WHEN $8::text = 'off' THEN NOT r.enabled
            ELSE r.enabled AND $8::text = (SELECT s.phase FROM alert_state s
                   WHERE s.rule_id = r.id AND s.rule_version = r.version
                   ORDER BY array_position('{active,no_data,pending,ok,done}', s.phase) LIMIT 1) END)
       AND ($9::text IS NULL OR position(lower($9::text) IN lower(r.name)) > 0)
), page AS (
    (SELECT id FROM visible
      WHERE $11::bigint IS NULL AND ($10::bigint IS NULL OR id < $10::bigint)
      ORDER BY id DESC LIMIT $12::integer)
    UNION ALL
    (SELECT id FROM visible WHERE $11::bigint IS NOT NULL AND id > $11::bigint ORDER BY id LIMIT $12::integer)
)
SELECT r.id, r.version, r.name, r.owner, r.owner_id, r.shared, r.enabled, r.kind = 'pipeline' AS is_pipeline, r.severity,
       r.instrument_id, i.symbol, r.interval_s, r.left_term, r.op, r.right_term, r.for_bars, r.clear_level, r.no_data_s,
       r.condition, r.threshold, r.subject, r.cooldown_s, r.once, r.channels, r.escalate_to,
       (SELECT string_agg(coalesce(c.name, '#' || u.id), E'\n' ORDER BY u.at)
          FROM unnest(r.channels) WITH ORDINALITY AS u (id, at) LEFT JOIN channel c USING (id)) AS channel_names,
       (SELECT string_agg(coalesce(c.name, '#' || u.id), E'\n' ORDER BY u.at)
          FROM unnest(r.escalate_to) WITH ORDINALITY AS u (id, at) LEFT JOIN channel c USING (id)) AS escalate_names,
       r.tell_resolved, r.remind_s, r.escalate_s, r.note,
       extract(epoch FROM r.created_at)::bigint AS created_at, extract(epoch FROM r.updated_at)::bigint AS updated_at,
       s.phase, extract(epoch FROM s.since)::bigint AS since, s.value, s.n_active, s.incident_id,
       (SELECT extract(epoch FROM max(f.fired_at))::bigint FROM alert_state f WHERE f.rule_id = r.id) AS fired_at,
       EXISTS (SELECT FROM silence_now n
                WHERE silence_covers(n.silence, jsonb_populate_record(NULL::alert_event, jsonb_build_object(
                          'rule_id', r.id, 'owner_id', r.owner_id, 'shared', r.shared, 'severity', r.severity,
                          'instrument_id', r.instrument_id, 'subject', coalesce(r.subject, i.symbol))),
                      ARRAY['provider:' || r.subject])) AS silenced
  FROM page
  JOIN alert_rule r USING (id)
  LEFT JOIN instrument i ON i.id = r.instrument_id
  LEFT JOIN LATERAL (
        SELECT t.phase, t.since, t.value, t.incident_id,
               count(*) FILTER (WHERE t.phase IN ('active', 'no_data')) OVER () AS n_active
          FROM alert_state t
         WHERE t.rule_id = r.id AND t.rule_version = r.version
         ORDER BY array_position('{active,no_data,pending,ok,done}', t.phase), t.since
         LIMIT 1) s ON true
 ORDER BY r.id DESC
