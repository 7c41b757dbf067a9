-- From when to when there are bars of an instrument; each by one step down the index.
-- $1 bigint instrument
-- -> interval_s integer; from_ts, to_ts bigint
SELECT i.interval_s, extract(epoch FROM first.ts)::bigint AS from_ts, extract(epoch FROM last.ts)::bigint AS to_ts
  FROM unnest('{60,300,900,3600,14400,86400}'::integer[]) AS i (interval_s)
 CROSS JOIN LATERAL (SELECT b.ts FROM bar b
                      WHERE b.instrument_id = $1::bigint AND b.interval_s = i.interval_s
                      ORDER BY b.ts LIMIT 1) AS first
 CROSS JOIN LATERAL (SELECT b.ts FROM bar b
                      WHERE b.instrument_id = $1::bigint AND b.interval_s = i.interval_s
                      ORDER BY b.ts DESC LIMIT 1) AS last
