-- The ranges that a run is asked for.
-- $1 bigint run; $2 bigint[] instruments; $3 integer[] interval_s; $4, $5 bigint[] first and last opening time
INSERT INTO run_range (run_id, instrument_id, interval_s, from_ts, to_ts)
SELECT $1::bigint, r.instrument_id, r.interval_s, to_timestamp(r.from_ts), to_timestamp(r.to_ts)
  FROM unnest($2::bigint[], $3::integer[], $4::bigint[], $5::bigint[])
       AS r (instrument_id, interval_s, from_ts, to_ts)
ON CONFLICT DO NOTHING
