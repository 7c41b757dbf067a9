-- Notes bars that are not over yet, to be looked at when they are.
-- $1 bigint[] instruments, $2 integer[] intervals, $3 bigint[] first opening times, $4 bigint[] when they are due
INSERT INTO alert_dirty (instrument_id, interval_s, from_ts, to_ts, due_ts)
SELECT instrument_id, interval_s, to_timestamp(from_ts), to_timestamp(from_ts), to_timestamp(due_ts)
  FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bigint[]) AS n (instrument_id, interval_s, from_ts, due_ts)
