-- What was believed before of bars that a later load replaced, the newest belief of each.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time
-- -> ts, load_id bigint (that replaced it), close double precision (before), at bigint (when)
SELECT DISTINCT ON (h.ts) extract(epoch FROM h.ts)::bigint AS ts, h.replaced_by AS load_id, h.close,
       extract(epoch FROM h.believed_to)::bigint AS at
  FROM bar_history h
 WHERE h.instrument_id = $1::bigint AND h.interval_s = $2::integer
   AND h.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
 ORDER BY h.ts, h.believed_to DESC
