-- Takes bars away that are about to be replaced, by their places in the part: the one way that needs no statistics.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last of their opening times; $5 tid[] places
DELETE FROM bar_%part% b
 WHERE b.ctid = ANY ($5::tid[]) AND b.instrument_id = $1::bigint AND b.interval_s = $2::integer
   AND b.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
