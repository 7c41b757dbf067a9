-- The newest rows of quarantine by a filter, of which a NULL parameter does not filter, counted by rule and instrument.
-- $1 text state; $2 text symbol; $3 text rule; $4 text severity; $5, $6 bigint the row's time in [from, to);
-- $7 bigint load; $8 bigint older than this id; $9 integer limit of the rows; $10 integer limit of the groups
-- -> symbol, rule, rule_words, severity text, n, first_ts, last_ts bigint (null: no time), total, newest_id bigint; most
--    rows first
WITH found AS MATERIALIZED (
    SELECT q.*
      FROM desk_find($1::text, $2::text, $3::text, $4::text, to_timestamp($5::bigint), to_timestamp($6::bigint),
                 $7::bigint, $8::bigint, NULL, $9::integer) AS f (id)
      JOIN quarantine q USING (id)
)
SELECT i.symbol, g.rule, v.description AS rule_words, g.severity, g.n,
       extract(epoch FROM g.first_ts)::bigint AS first_ts, extract(epoch FROM g.last_ts)::bigint AS last_ts,
       t.total, t.newest_id
  FROM (SELECT instrument_id, rule, severity, count(*) AS n, min(ts) AS first_ts, max(ts) AS last_ts
          FROM found GROUP BY instrument_id, rule, severity) g
  JOIN instrument i ON i.id = g.instrument_id
  JOIN validation_rule v ON v.name = g.rule
 CROSS JOIN (SELECT count(*) AS total, max(id) AS newest_id FROM found) t
 ORDER BY g.n DESC, i.symbol, g.rule
 LIMIT $10::integer
