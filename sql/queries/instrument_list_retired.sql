-- Retired instruments by symbol.
-- $1 integer limit
-- -> symbol, title text
SELECT symbol, title FROM instrument WHERE NOT active ORDER BY lower(symbol) LIMIT $1::integer
