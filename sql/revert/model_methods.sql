BEGIN;

REVOKE UPDATE (enabled) ON model FROM quotemill_worker;
REVOKE INSERT, DELETE ON model, model_input FROM quotemill_worker;
DROP TRIGGER bar_went ON bar;
DROP TRIGGER bar_changed ON bar;
DROP TRIGGER bar_came ON bar;
DROP FUNCTION model_touch_bars;
DROP TRIGGER bar_dirty_went ON bar_dirty;
DROP TRIGGER bar_dirty_changed ON bar_dirty;
DROP TRIGGER bar_dirty_came ON bar_dirty;
DROP FUNCTION model_touch_note;
DROP TABLE model_touch, model_factor, model_error, model_fold;
DROP FUNCTION model_version_at;
ALTER TABLE model_activation DROP COLUMN how, ALTER COLUMN at SET DEFAULT now();
-- what answers nothing yet was not chosen either
UPDATE model_version SET state = 'refused' WHERE state = 'shadow';
DROP INDEX model_version_shadow;
ALTER TABLE model_version DROP CONSTRAINT model_version_state_check,
    ADD CONSTRAINT model_version_state_check CHECK (state IN ('active', 'retired', 'refused')),
    DROP COLUMN spec, DROP COLUMN rows_key, DROP COLUMN rows_left_out, DROP COLUMN returned_at, DROP COLUMN shadow_rows;
ALTER TABLE model_input DROP COLUMN field, DROP COLUMN transform, DROP COLUMN lag;
ALTER TABLE model
    DROP COLUMN target_field, DROP COLUMN target_transform, DROP COLUMN lambda, DROP COLUMN method,
    DROP COLUMN window_rows, DROP COLUMN window_days, DROP COLUMN folds, DROP COLUMN fold_window,
    DROP COLUMN max_fold_spread, DROP COLUMN shadow_rows, DROP COLUMN shadow_margin_frac,
    DROP COLUMN live_rows, DROP COLUMN live_band;

COMMIT;
