-- One model.
-- $1 text name
-- -> id, name, title, target, unit text, min_rows bigint, inputs text ("btc_price (BTC-USD), mnav (MNAV)")
SELECT m.id, m.name, m.title, i.symbol AS target, i.currency AS unit, m.min_rows,
       (SELECT string_agg(n.name || ' (' || s.symbol || ')', ', ' ORDER BY n.position)
          FROM model_input n JOIN instrument s ON s.id = n.instrument_id WHERE n.model_id = m.id) AS inputs
  FROM model m JOIN instrument i ON i.id = m.target_id
 WHERE m.name = $1::text;
