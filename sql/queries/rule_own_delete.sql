-- An instrument no longer has a rule of its own, unless it changed since.
-- $1 bigint instrument; $2 text rule; $3 text severity, $4 double precision threshold as they were (may be null)
DELETE FROM instrument_rule
 WHERE instrument_id = $1::bigint AND rule = $2::text AND severity IS NOT DISTINCT FROM $3::text
   AND threshold IS NOT DISTINCT FROM $4::float8
