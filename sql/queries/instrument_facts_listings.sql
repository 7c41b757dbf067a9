-- Who can answer for an instrument, in the order in which they are asked, with the newest load of each among the
-- instrument's last 300.
-- $1 text symbol, any case
-- -> provider, provider_title, provider_symbol text, enabled boolean, load_id bigint, load_state, load_error text,
--    load_at bigint; the load's NULL: none lately
WITH it AS (SELECT id FROM instrument WHERE lower(symbol) = lower($1::text)),
recent AS (
    SELECT id, provider, state, error, created_at FROM load
     WHERE instrument_id = (SELECT id FROM it) ORDER BY id DESC LIMIT 300)
SELECT l.provider, p.title AS provider_title, l.provider_symbol, l.enabled AND p.enabled AS enabled,
       r.id AS load_id, r.state AS load_state, r.error AS load_error,
       extract(epoch FROM r.created_at)::bigint AS load_at
  FROM listing l
  JOIN provider p ON p.name = l.provider
  LEFT JOIN LATERAL (SELECT * FROM recent WHERE recent.provider = l.provider ORDER BY id DESC LIMIT 1) r ON true
 WHERE l.instrument_id = (SELECT id FROM it)
 ORDER BY l.priority, p.priority, l.id
