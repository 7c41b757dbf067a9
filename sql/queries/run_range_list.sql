-- The ranges that a run is asked for.
-- $1 bigint run
-- -> instrument_id bigint, interval_s integer, from_ts, to_ts bigint
SELECT instrument_id, interval_s, extract(epoch FROM from_ts)::bigint AS from_ts,
       extract(epoch FROM to_ts)::bigint AS to_ts
  FROM run_range
 WHERE run_id = $1::bigint
 ORDER BY instrument_id, interval_s, run_range.from_ts
