-- Inputs of a model, in order.
-- $1 text model name
-- -> name, symbol, field, transform text, lag bigint
SELECT n.name, i.symbol, n.field, n.transform, n.lag
  FROM model m
  JOIN model_input n ON n.model_id = m.id
  JOIN instrument i ON i.id = n.instrument_id
 WHERE m.name = $1::text
 ORDER BY n.position;
