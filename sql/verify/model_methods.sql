BEGIN;
SELECT target_field, target_transform, method, lambda, window_rows, window_days, folds, fold_window, max_fold_spread,
       shadow_rows, shadow_margin_frac, live_rows, live_band
  FROM model WHERE false;
SELECT field, transform, lag FROM model_input WHERE false;
SELECT spec, rows_key, rows_left_out, returned_at, shadow_rows FROM model_version WHERE false;
SELECT 'model_version_shadow'::regclass;
SELECT version_id, fold, train_rows, train_first_ts, train_last_ts, rows, first_ts, last_ts, rmse, r2
  FROM model_fold WHERE false;
SELECT version_id, ts, predicted, actual FROM model_error WHERE false;
SELECT how FROM model_activation WHERE false;
SELECT model_version_at('', now());
SELECT model_id, made_by, server_id, snapshot, through_ts, rows, state FROM model_factor WHERE false;
SELECT id, instrument_id, interval_s, from_ts, xid FROM model_touch WHERE false;
SELECT 'model_touch_note'::regproc, 'model_touch_bars'::regproc;
ROLLBACK;
