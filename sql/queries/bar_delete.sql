-- Takes bars away that are about to be replaced, by stretches of time in which all of them are.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint[] first and last opening time of each stretch
DELETE FROM bar_%part% b
 USING unnest($3::bigint[], $4::bigint[]) AS t (first_ts, last_ts)
 WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer
   AND b.ts BETWEEN to_timestamp(t.first_ts) AND to_timestamp(t.last_ts)
