-- Of each instrument whose newest bar of the interval was built from minutes: that bar and its newest minute.
-- $1 bigint[] instruments; $2 integer interval_s
-- -> instrument_id, ts bigint, last_minute_ts bigint (null: none)
SELECT b.instrument_id, extract(epoch FROM b.ts)::bigint AS ts, extract(epoch FROM m.ts)::bigint AS last_minute_ts
  FROM unnest($1::bigint[]) AS i (id)
 CROSS JOIN LATERAL (SELECT * FROM bar WHERE instrument_id = i.id AND interval_s = $2::integer
                      ORDER BY ts DESC LIMIT 1) b
  JOIN load l ON l.id = b.load_id AND l.kind = 'derived'
  LEFT JOIN LATERAL (SELECT ts FROM bar WHERE instrument_id = i.id AND interval_s = 60 ORDER BY ts DESC LIMIT 1) m ON true
 WHERE $2::integer > 60;
