-- An instrument by its symbol, any case.
-- $1 text symbol
-- -> id bigint, symbol text, interval_s integer
SELECT id, symbol, interval_s FROM instrument WHERE lower(symbol) = lower($1::text)
