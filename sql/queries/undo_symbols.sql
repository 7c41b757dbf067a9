-- What is undone together with a load, in words for others.
-- $1 bigint load
-- -> symbols text[] (null: no such load); upload_id bigint (null: none)
SELECT array_agg(DISTINCT i.symbol) AS symbols, max(l.upload_id) AS upload_id
  FROM load one
  JOIN load l ON l.id = one.id OR l.upload_id = one.upload_id
  JOIN instrument i ON i.id = l.instrument_id
 WHERE one.id = $1::bigint
