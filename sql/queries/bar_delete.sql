-- Takes bars away that are about to be replaced.
-- $1 bigint instrument; $2 integer interval_s; $3 bigint[] opening times, ascending; $4, $5 bigint the first and the
-- last of them
DELETE FROM bar b
 USING unnest($3::bigint[]) AS t (ts)
 WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer AND b.ts = to_timestamp(t.ts)
   AND b.ts BETWEEN to_timestamp($4::bigint) AND to_timestamp($5::bigint)
