-- All symbols, for "did you mean".
-- -> symbol text
SELECT symbol FROM instrument ORDER BY symbol
