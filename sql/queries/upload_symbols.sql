-- Symbols of the active instruments.
-- -> symbol text
SELECT symbol FROM instrument WHERE active ORDER BY symbol
