-- What asking for a series needs to know of an instrument, retired or not.
-- $1 text symbol, any case
-- -> id bigint, symbol text, interval_s integer; no row: there is none
SELECT id, symbol, interval_s FROM instrument WHERE lower(symbol) = lower($1::text)
