-- Quality by day, newest first.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last time, inclusive; $5 bigint at most so many
-- -> day_ts, expected, present, stored, refused, flagged, compared, agreed bigint, score double precision
SELECT extract(epoch FROM ts)::bigint AS day_ts, expected, present, stored, refused, flagged, compared, agreed, score
  FROM quality
 WHERE instrument_id = $1::bigint AND interval_s = $2::integer
   AND ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
 ORDER BY ts DESC LIMIT $5::bigint
