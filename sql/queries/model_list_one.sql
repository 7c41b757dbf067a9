-- One model, as it is specified.
-- $1 text name
-- -> id, name, title, target, unit text (of errors; may be empty), enabled boolean, target_field, target_transform text,
--    interval_s integer, intercept boolean, method text, lambda double precision (null: none), window_rows, window_days
--    bigint (null: all), min_rows bigint, holdout_frac, min_r2, rmse_margin_frac, max_unexplained_ratio,
--    max_known_ratio, max_condition, max_abs_coefficient, max_fold_spread double precision (null: not judged),
--    folds integer, fold_window text, shadow_rows bigint, shadow_margin_frac double precision, live_rows bigint, live_band double precision (null: none),
--    shadow_seen bigint (live rows of the shadow)
SELECT m.id, m.name, m.title, i.symbol AS target, m.enabled, m.target_field, m.target_transform, m.interval_s,
       CASE WHEN m.target_transform = 'log' THEN 'in ln' WHEN m.target_transform = 'return' THEN 'of 1'
            WHEN m.target_field = 'volume' OR i.currency = 'XXX' THEN '' ELSE i.currency END AS unit,
       m.intercept, m.method, m.lambda, m.window_rows, m.window_days, m.min_rows, m.holdout_frac, m.min_r2,
       m.rmse_margin_frac, m.max_unexplained_ratio, m.max_known_ratio, m.max_condition, m.max_abs_coefficient,
       m.max_fold_spread, m.folds, m.fold_window, m.shadow_rows, m.shadow_margin_frac, m.live_rows, m.live_band,
       (SELECT count(*) FROM model_version v JOIN model_error e ON e.version_id = v.id
         WHERE v.model_id = m.id AND v.state = 'shadow') AS shadow_seen
  FROM model m JOIN instrument i ON i.id = m.target_id
 WHERE m.name = $1::text;
