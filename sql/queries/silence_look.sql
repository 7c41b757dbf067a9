-- What a new silence names, as far as it is there and its author may see it.
-- $1 bigint author, $2 boolean sees all; $3 bigint rule, $4 bigint instrument, $5 text its symbol, $6 text provider (each
-- NULL: none)
-- -> rule_name text, instrument_id bigint, symbol, provider text (each null: none), now bigint
SELECT (SELECT name FROM alert_rule
         WHERE id = $3::bigint AND ($2::boolean OR shared OR owner_id IS NULL OR owner_id = $1::bigint)) AS rule_name,
       i.id AS instrument_id, i.symbol, (SELECT name FROM provider WHERE name = lower($6::text)) AS provider,
       floor(extract(epoch FROM now()))::bigint AS now
  FROM (SELECT) AS one
  LEFT JOIN instrument i ON i.id = $4::bigint OR lower(i.symbol) = lower($5::text)
 LIMIT 1
