-- Takes saved states of a range away.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last through_ts
DELETE FROM mill_state
 WHERE instrument_id = $1::bigint AND interval_s = $2::integer
   AND through_ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
