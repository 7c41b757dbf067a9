-- Those of an upload's or a load's instruments that are active.
-- $1 text[] symbols
-- -> symbol text
SELECT symbol FROM instrument WHERE active AND symbol = ANY ($1::text[]) ORDER BY symbol
