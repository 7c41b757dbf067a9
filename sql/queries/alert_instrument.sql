-- Whether an instrument is in use.
-- $1 bigint instrument
-- -> symbol text, active boolean
SELECT symbol, active FROM instrument WHERE id = $1::bigint
