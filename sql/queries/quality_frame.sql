-- What making some days' quality needs to know beforehand.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last day
-- -> calendar text, first_ts, last_ts bigint of the stored bars (null: none), prev_ts, next_ts bigint: the nearest days
--    outside that have a row (null: none)
SELECT i.calendar,
       (SELECT extract(epoch FROM min(ts))::bigint FROM bar WHERE instrument_id = i.id AND interval_s = $2::integer)
           AS first_ts,
       (SELECT extract(epoch FROM max(ts))::bigint FROM bar WHERE instrument_id = i.id AND interval_s = $2::integer)
           AS last_ts,
       (SELECT extract(epoch FROM max(ts))::bigint FROM quality
         WHERE instrument_id = i.id AND interval_s = $2::integer AND ts < to_timestamp($3::bigint)) AS prev_ts,
       (SELECT extract(epoch FROM min(ts))::bigint FROM quality
         WHERE instrument_id = i.id AND interval_s = $2::integer AND ts > to_timestamp($4::bigint)) AS next_ts
  FROM instrument i WHERE i.id = $1::bigint
