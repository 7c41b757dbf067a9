-- What is said about a model.
-- $1 text name
-- -> id, name, target, target_id, interval_s, intercept, min_rows, holdout_frac and the gate's numbers
SELECT m.id, m.name, i.symbol AS target, m.target_id, m.interval_s, m.intercept, m.min_rows, m.holdout_frac,
       m.min_r2, m.rmse_margin_frac, m.max_unexplained_ratio, m.max_known_ratio, m.max_condition,
       m.max_abs_coefficient
  FROM model m JOIN instrument i ON i.id = m.target_id
 WHERE m.name = $1::text;
