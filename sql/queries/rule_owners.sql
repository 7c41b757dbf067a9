-- Instruments that have a rule or bounds of their own, by symbol.
-- -> symbol text
SELECT i.symbol FROM instrument i
 WHERE i.price_min IS NOT NULL OR i.price_max IS NOT NULL OR i.jump_frac IS NOT NULL
    OR EXISTS (SELECT FROM instrument_rule r WHERE r.instrument_id = i.id)
 ORDER BY i.symbol LIMIT 500
