SELECT id, name, title, target_id, interval_s, intercept, min_rows, holdout_frac, min_r2, rmse_margin_frac,
       max_unexplained_ratio, max_known_ratio, max_condition, max_abs_coefficient, enabled
  FROM model WHERE false;
SELECT model_id, position, name, instrument_id FROM model_input WHERE false;
SELECT id, model_id, version, state, run_id, fitted_at, rows, first_ts, last_ts, fingerprint, r2, rmse, condition,
       holdout_ts, holdout_rows, holdout_r2, holdout_rmse, champion_rmse, scorecard
  FROM model_version WHERE false;
SELECT version_id, position, name, value, std_error, judged_value FROM coefficient WHERE false;
SELECT id, model_id, version_id, at, who, why FROM model_activation WHERE false;
SELECT name, value, last_updated FROM model_coefficients WHERE false;
SELECT 'model_version_active'::regclass;
