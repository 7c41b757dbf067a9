-- Silences of what somebody may see: those that hold, those that will, those that are over; newest first.
-- $1 bigint user; $2 boolean sees all; $3 bigint this one only; $4 bigint after this one in the list (each NULL: any);
-- $5 integer limit
-- -> id, rule_id, instrument_id, author_id, starts_at, ends_at bigint (null: none), author, reason, rule_name, symbol,
--    provider, severity, time_zone, ended_by, state text, for_all boolean, weekdays, from_min, to_min integer
WITH visible AS (
    SELECT s.*, r.name AS rule_name, i.symbol,
           CASE WHEN s.ends_at <= now() THEN 2 WHEN silence_until(s, now()) IS NULL THEN 1 ELSE 0 END AS rank
      FROM silence s
      LEFT JOIN alert_rule r ON r.id = s.rule_id
      LEFT JOIN instrument i ON i.id = s.instrument_id
     WHERE ($2::boolean OR s.author_id = $1::bigint OR s.rule_id IS NULL OR r.shared OR r.owner_id IS NULL
            OR r.owner_id = $1::bigint)
)
SELECT id, author_id, author, for_all, reason, rule_id, rule_name, instrument_id, symbol, provider, severity,
       extract(epoch FROM starts_at)::bigint AS starts_at, extract(epoch FROM ends_at)::bigint AS ends_at, weekdays,
       extract(epoch FROM from_time)::integer / 60 AS from_min, extract(epoch FROM to_time)::integer / 60 AS to_min,
       time_zone, ended_by, ('{active,waiting,over}'::text[])[rank + 1] AS state
  FROM visible v
 WHERE ($3::bigint IS NULL OR id = $3::bigint)
   AND ($4::bigint IS NULL OR (rank, -id) > (SELECT rank, -id FROM visible WHERE id = $4::bigint))
 ORDER BY rank, id DESC
 LIMIT $5::integer
