-- Rows of a load that are in quarantine.
-- $1 bigint load; $2 integer limit
-- -> ts bigint, rule, severity, field, value, expected, raw, state text
SELECT extract(epoch FROM ts)::bigint AS ts, rule, severity, field, value, expected, raw, state
  FROM quarantine WHERE load_id = $1::bigint ORDER BY severity DESC, id LIMIT $2::integer
