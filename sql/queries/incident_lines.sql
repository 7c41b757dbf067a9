-- Events that a user may see, newest first; a NULL parameter does not filter.
-- $1 bigint user; $2 boolean sees all; $3 bigint incident; $4 bigint rule; $5 text subject (a symbol); $6 text kind;
-- $7 boolean retroactive; $8, $9 bigint when it was to be known, in [from, to); $10 bigint older than this id; $11 bigint
-- newer than this id; $12 integer limit
-- -> id, rule_id, instrument_id, incident_id, ts, at, created_at bigint (some null: none), interval_s integer, rule_name,
--    severity, kind, subject, text text, left_value, right_value float8, retroactive boolean
WITH visible AS NOT MATERIALIZED (
    SELECT e.*
      FROM alert_event e
     WHERE ($2::boolean OR e.owner_id = $1::bigint OR e.owner_id IS NULL OR e.shared)
       AND ($3::bigint IS NULL OR e.incident_id = $3::bigint)
       AND ($4::bigint IS NULL OR e.rule_id = $4::bigint)
       AND ($5::text IS NULL OR lower(e.subject) = lower($5::text))
       AND ($6::text IS NULL OR e.kind = $6::text)
       AND ($7::boolean IS NULL OR e.retroactive = $7::boolean)
       AND ($8::bigint IS NULL OR e.at >= to_timestamp($8::bigint))
       AND ($9::bigint IS NULL OR e.at < to_timestamp($9::bigint))
), page AS (
    (SELECT * FROM visible
      WHERE $11::bigint IS NULL AND ($10::bigint IS NULL OR id < $10::bigint)
      ORDER BY id DESC LIMIT $12::integer)
    UNION ALL
    (SELECT * FROM visible WHERE $11::bigint IS NOT NULL AND id > $11::bigint ORDER BY id LIMIT $12::integer)
)
SELECT id, rule_id, rule_name, severity, kind, subject, text, instrument_id, interval_s, incident_id, retroactive,
       extract(epoch FROM ts)::bigint AS ts, floor(extract(epoch FROM at))::bigint AS at,
       floor(extract(epoch FROM created_at))::bigint AS created_at, left_value, right_value
  FROM page
 ORDER BY id DESC
