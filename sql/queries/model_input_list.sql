-- A model's target, then its inputs in their order.
-- $1 bigint model id
-- -> name (the target's is its field), symbol, instrument_id, field, transform text, lag integer
SELECT n.name, i.symbol, n.instrument_id, n.field, n.transform, n.lag
  FROM (SELECT 0 AS position, target_field AS name, target_id AS instrument_id, target_field AS field,
               target_transform AS transform, 0 AS lag
          FROM model WHERE id = $1::bigint
         UNION ALL
        SELECT position, name, instrument_id, field, transform, lag FROM model_input WHERE model_id = $1::bigint) n
  JOIN instrument i ON i.id = n.instrument_id
 ORDER BY n.position;
