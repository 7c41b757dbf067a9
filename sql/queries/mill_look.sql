-- Whether an instrument is to be milled.
-- $1 bigint instrument; $2 integer version
-- -> touched, outdated (computed by another version) boolean
SELECT EXISTS (SELECT FROM bar_dirty WHERE instrument_id = $1::bigint) AS touched,
       EXISTS (SELECT FROM milled WHERE instrument_id = $1::bigint AND version <> $2::integer) AS outdated
