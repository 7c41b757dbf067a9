-- The sources of a fetch step with what is stored of each: where an incremental fetch begins. Bars built of minutes are
-- no reason to ask for less.
-- $1 bigint step; $2 bigint now; $3 integer overlap in bars
-- -> source text, instrument_id, interval_s, last_ts, overlap_ts, checkpoint_ts bigint (NULL: none), done boolean,
--    cross_check boolean (rule agreement is not off for the instrument)
SELECT ss.source, i.id AS instrument_id, i.interval_s, extract(epoch FROM last.ts)::bigint AS last_ts,
       extract(epoch FROM lap.ts)::bigint AS overlap_ts,
       extract(epoch FROM ss.checkpoint_ts)::bigint AS checkpoint_ts, ss.state = 'succeeded' AS done,
       coalesce(own.severity, rule.severity, 'off') <> 'off' AS cross_check
  FROM step_source ss
  JOIN instrument i ON i.id = ss.instrument_id
  LEFT JOIN validation_rule rule ON rule.name = 'agreement'
  LEFT JOIN instrument_rule own ON own.rule = rule.name AND own.instrument_id = i.id
  LEFT JOIN LATERAL (
       SELECT b.ts
         FROM bar b
        WHERE b.instrument_id = i.id AND b.interval_s = i.interval_s AND b.ts <= to_timestamp($2::bigint)
          AND NOT EXISTS (SELECT FROM load l WHERE l.id = b.load_id AND l.kind = 'derived')
        ORDER BY b.ts DESC LIMIT 1) last ON true
  LEFT JOIN LATERAL (
       SELECT min(ts) AS ts
         FROM (SELECT ts FROM bar
                WHERE instrument_id = i.id AND interval_s = i.interval_s AND ts <= last.ts
                ORDER BY ts DESC LIMIT $3::integer + 1) newest) lap ON true
 WHERE ss.step_id = $1::bigint
 ORDER BY ss.source
