-- What is said about a model.
-- $1 text name
-- -> id, name, interval_s, intercept, min_rows, holdout_frac and the gate's numbers; method, lambda (null: not ridge),
--    window_rows, window_days (null: none), folds, rolling boolean, max_fold_spread (null: not judged), shadow_rows,
--    shadow_margin_frac, live_rows, live_band (null: never)
SELECT id, name, interval_s, intercept, min_rows, holdout_frac, min_r2, rmse_margin_frac, max_unexplained_ratio,
       max_known_ratio, max_condition, max_abs_coefficient, method, lambda, window_rows, window_days, folds,
       fold_window = 'rolling' AS rolling, max_fold_spread, shadow_rows, shadow_margin_frac, live_rows, live_band
  FROM model
 WHERE name = $1::text;
