-- Inputs of a model in their order.
-- $1 bigint model id
-- -> name, symbol, instrument_id
SELECT n.name, i.symbol, n.instrument_id
  FROM model_input n JOIN instrument i ON i.id = n.instrument_id
 WHERE n.model_id = $1::bigint
 ORDER BY n.position;
