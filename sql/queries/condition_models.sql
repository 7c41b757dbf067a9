-- Enabled models: the newest version, why it was refused, and the active one.
-- $1 text this model only (NULL: any)
-- -> name, state (of the newest), words (the first rule that it failed; null: none), tags text (lines), version,
--    active_version, fitted_at bigint (of the active one; null: none)
SELECT m.name, v.version, v.state,
       (SELECT r->>'words' FROM jsonb_array_elements(v.scorecard) AS r WHERE r->>'passed' = 'false' LIMIT 1) AS words,
       k.version AS active_version, extract(epoch FROM k.fitted_at)::bigint AS fitted_at,
       concat_ws(E'\n', (SELECT string_agg(DISTINCT 'provider:' || o.provider, E'\n')
                           FROM provider_outage o JOIN listing l ON l.provider = o.provider AND l.enabled
                          WHERE l.instrument_id = m.target_id
                             OR l.instrument_id IN (SELECT instrument_id FROM model_input WHERE model_id = m.id)),
                 'model:' || m.name) AS tags
  FROM model m
  JOIN LATERAL (SELECT version, state, scorecard FROM model_version WHERE model_id = m.id ORDER BY version DESC LIMIT 1) v ON true
  LEFT JOIN model_version k ON k.model_id = m.id AND k.state = 'active'
 WHERE m.enabled AND ($1::text IS NULL OR m.name = $1::text)
 ORDER BY m.name
