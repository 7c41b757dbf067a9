-- Instruments by symbol, for choices.
-- $1 boolean retired ones too
-- -> symbol, title text
SELECT symbol, title FROM instrument WHERE $1::boolean OR active ORDER BY lower(symbol) LIMIT 1000;
