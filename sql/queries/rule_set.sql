-- Changes a rule for all instruments, unless it changed since.
-- $1 text rule; $2 text severity; $3 double precision threshold, null: none; $4, $5 what these were
UPDATE validation_rule SET severity = $2::text, threshold = $3::float8
 WHERE name = $1::text AND severity = $4::text AND threshold IS NOT DISTINCT FROM $5::float8
