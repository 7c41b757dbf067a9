-- Forgets the quality of some days.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last day
DELETE FROM quality
 WHERE instrument_id = $1::bigint AND interval_s = $2::integer
   AND ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
