-- The newest bars of series.
-- $1 bigint[] instruments, $2 integer[] intervals; $3 bigint the time that data is judged by; $4 integer bars, at most
-- -> nth bigint (from 1), last_minute_ts bigint (null: it has no minutes), ts bigint, built boolean; newest first
SELECT a.nth, extract(epoch FROM m.ts)::bigint AS last_minute_ts, extract(epoch FROM b.ts)::bigint AS ts,
       (SELECT l.kind = 'derived' FROM load l WHERE l.id = b.load_id) AS built
  FROM unnest($1::bigint[], $2::integer[]) WITH ORDINALITY AS a (instrument_id, interval_s, nth)
  LEFT JOIN LATERAL (SELECT ts FROM bar_minute
                      WHERE a.interval_s > 60 AND instrument_id = a.instrument_id AND interval_s = 60
                      ORDER BY bar_minute.ts DESC LIMIT 1) m ON true
 CROSS JOIN LATERAL ((SELECT ts, load_id FROM bar_coarse
                       WHERE a.interval_s > 60 AND instrument_id = a.instrument_id AND interval_s = a.interval_s
                         AND ts <= to_timestamp($3::bigint)
                       ORDER BY bar_coarse.ts DESC LIMIT $4::integer)
                     UNION ALL
                     (SELECT ts, load_id FROM bar_minute
                       WHERE a.interval_s = 60 AND instrument_id = a.instrument_id AND interval_s = 60
                         AND ts <= to_timestamp($3::bigint)
                       ORDER BY bar_minute.ts DESC LIMIT $4::integer)) b
 ORDER BY a.nth, b.ts DESC
