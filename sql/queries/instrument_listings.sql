-- Listings in the order in which they are asked.
-- $1 text symbol of one instrument (any case), or NULL
-- -> instrument_id bigint, provider, provider_symbol text, priority bigint, enabled boolean
SELECT l.instrument_id, l.provider, l.provider_symbol, l.priority, l.enabled
  FROM listing l
  JOIN instrument i ON i.id = l.instrument_id
  JOIN provider p ON p.name = l.provider
 WHERE $1::text IS NULL OR lower(i.symbol) = lower($1::text)
 ORDER BY i.symbol, l.priority, p.priority, l.id
