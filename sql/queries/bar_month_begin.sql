-- Makes a month's part of the minute bars, to be filled before it has an index and before others see it.
-- $1 text month ("2024_05")
-- -> made boolean (false: somebody has made it meanwhile)
SELECT bar_month_begin($1::text) AS made
