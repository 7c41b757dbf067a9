-- A rule of an instrument's own.
-- $1 bigint instrument; $2 text rule; $3 text severity, $4 double precision threshold (null: as for all)
INSERT INTO instrument_rule (instrument_id, rule, severity, threshold)
VALUES ($1::bigint, $2::text, $3::text, $4::float8)
