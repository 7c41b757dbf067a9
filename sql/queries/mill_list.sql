-- Instruments that something of is to be milled.
-- $1 integer version
-- -> instrument_id bigint, symbol text, by symbol
SELECT i.id AS instrument_id, i.symbol
  FROM instrument i
 WHERE EXISTS (SELECT FROM bar_dirty d WHERE d.instrument_id = i.id)
    OR EXISTS (SELECT FROM milled m WHERE m.instrument_id = i.id AND m.version <> $1::integer)
 ORDER BY i.symbol
