-- The loads that are undone together with one: those of its upload, or itself.
-- $1 bigint load
-- -> id, instrument_id, upload_id (may be null) bigint; symbol, kind, state, request text
SELECT l.id, l.instrument_id, l.upload_id, i.symbol, l.kind, l.state, l.request
  FROM load one
  JOIN load l ON l.id = one.id OR (l.upload_id = one.upload_id AND l.state = one.state)
  JOIN instrument i ON i.id = l.instrument_id
 WHERE one.id = $1::bigint
 ORDER BY l.instrument_id, l.id
