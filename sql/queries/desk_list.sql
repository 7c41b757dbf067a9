-- Rows of quarantine, newest first; a NULL parameter does not filter.
-- $1 text state; $2 text symbol; $3 text rule; $4 text severity; $5, $6 bigint the row's time in [from, to);
-- $7 bigint load; $8 bigint older than this id; $9 bigint newer than this id; $10 integer limit; $11 bigint this one only
-- -> id, load_id, instrument_id, ts (null: unreadable), created_at, last_seen_at, seen, decided_at, decision_load_id,
--    taken_load_id bigint, interval_s integer, symbol, rule, rule_words, severity, field, value, expected, raw, state,
--    decided_by, note, source text, open, high, low, close, volume, price_min, price_max float8, simulated boolean
WITH page AS (
    SELECT id
      FROM desk_find($1::text, $2::text, $3::text, $4::text, to_timestamp($5::bigint), to_timestamp($6::bigint),
                 $7::bigint, $8::bigint, $9::bigint, $10::integer) AS id
     WHERE $11::bigint IS NULL
    UNION ALL
    SELECT $11::bigint
)
SELECT q.id, q.load_id, q.instrument_id, q.interval_s, i.symbol, q.rule, v.description AS rule_words, q.severity,
       extract(epoch FROM q.ts)::bigint AS ts, q.field, q.value, q.expected, q.raw, q.state, q.seen,
       extract(epoch FROM q.created_at)::bigint AS created_at,
       extract(epoch FROM q.last_seen_at)::bigint AS last_seen_at, q.decided_by,
       extract(epoch FROM q.decided_at)::bigint AS decided_at, q.note, q.decision_load_id, q.taken_load_id,
       coalesce(u.name, l.provider, l.kind) AS source, q.open, q.high, q.low, q.close, q.volume,
       i.price_min, i.price_max, coalesce(l.simulated, false) AS simulated
  FROM page
  JOIN quarantine q USING (id)
  JOIN instrument i ON i.id = q.instrument_id
  JOIN validation_rule v ON v.name = q.rule
  LEFT JOIN load l ON l.id = q.load_id
  LEFT JOIN upload u ON u.id = l.upload_id
 ORDER BY q.id DESC
