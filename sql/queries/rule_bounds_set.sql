-- Changes an instrument's bounds, unless they changed since.
-- $1 bigint instrument; $2, $3, $4 double precision price_min, price_max, jump_frac (null: none); $5, $6, $7 what they
-- were
UPDATE instrument SET price_min = $2::float8, price_max = $3::float8, jump_frac = $4::float8
 WHERE id = $1::bigint AND price_min IS NOT DISTINCT FROM $5::float8 AND price_max IS NOT DISTINCT FROM $6::float8
   AND jump_frac IS NOT DISTINCT FROM $7::float8
