-- Neighbouring bars that are further apart than their interval, in stretches of time. What lies before and after a
-- stretch counts as there.
-- $1 bigint[] instruments; $2 integer[] interval_s; $3, $4 bigint[] first and last opening time; $5 bigint most rows
-- -> i bigint (place in the arrays, from 1); before_ts, after_ts bigint, in order
SELECT r.i, p.before_ts, p.after_ts
  FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bigint[])
       WITH ORDINALITY AS r (instrument_id, interval_s, from_ts, to_ts, i)
 CROSS JOIN LATERAL (
       SELECT extract(epoch FROM w.ts)::bigint AS before_ts, extract(epoch FROM w.next)::bigint AS after_ts
         FROM (SELECT ts, lead(ts, 1, to_timestamp(r.to_ts + r.interval_s)) OVER (ORDER BY ts) AS next
                 FROM bar
                WHERE instrument_id = r.instrument_id AND interval_s = r.interval_s
                  AND ts BETWEEN to_timestamp(r.from_ts) AND to_timestamp(r.to_ts)) w
        WHERE w.next - w.ts > make_interval(secs => r.interval_s)
       UNION ALL
       SELECT r.from_ts - r.interval_s, coalesce(
              (SELECT extract(epoch FROM ts)::bigint FROM bar
                WHERE instrument_id = r.instrument_id AND interval_s = r.interval_s
                  AND ts BETWEEN to_timestamp(r.from_ts) AND to_timestamp(r.to_ts)
                ORDER BY ts LIMIT 1), r.to_ts + r.interval_s)) p
 WHERE p.after_ts - p.before_ts > r.interval_s
 ORDER BY r.i, p.before_ts
 LIMIT $5::bigint
