BEGIN;

-- What a model explains and how it is fitted. The defaults are what a model
-- was before there was a choice: closes as they are, least squares, all rows,
-- a challenger that passes answers at once.
ALTER TABLE model
    -- the target: open, high, low, close, volume of the target's bar, as it is
    -- or: ln(x) | x - x[t-1] | x / x[t-1] - 1. Errors, R2 and everything else
    -- in units are those of the transformed target
    ADD COLUMN target_field text NOT NULL DEFAULT 'close'
        CHECK (target_field IN ('open', 'high', 'low', 'close', 'volume')),
    ADD COLUMN target_transform text NOT NULL DEFAULT 'none'
        CHECK (target_transform IN ('none', 'log', 'diff', 'return')),
    ADD COLUMN method text NOT NULL DEFAULT 'ols' CHECK (method IN ('ols', 'ridge', 'huber')),
    -- ridge's penalty (docs/models.md), NULL for the other methods
    ADD COLUMN lambda double precision CHECK (lambda >= 0 AND lambda < 'Infinity'),
    ADD CHECK ((method = 'ridge') = (lambda IS NOT NULL)),
    -- the rows it is fitted on: the last so many, those of the last so many
    -- days before the target's newest bar, or (both NULL) all
    ADD COLUMN window_rows bigint CHECK (window_rows >= 10),
    ADD COLUMN window_days integer CHECK (window_days >= 1),
    ADD CHECK (window_rows IS NULL OR window_days IS NULL),
    -- walk-forward validation: so many folds over the later half of the rows,
    -- each judged by a fit on all rows before it (expanding) or on as many
    -- rows before it as the first fold has (rolling); 0: none
    ADD COLUMN folds smallint NOT NULL DEFAULT 5 CHECK (folds BETWEEN 0 AND 50),
    ADD COLUMN fold_window text NOT NULL DEFAULT 'expanding' CHECK (fold_window IN ('expanding', 'rolling')),
    -- standard deviation of the folds' RMSE over their mean, at most; NULL: not judged
    ADD COLUMN max_fold_spread double precision CHECK (max_fold_spread > 0),
    -- a challenger that passed the gate is watched for so many live rows
    -- before it may answer; 0: it answers at once
    ADD COLUMN shadow_rows integer NOT NULL DEFAULT 0 CHECK (shadow_rows BETWEEN 0 AND 10000),
    -- and then answers when its RMSE on them is no more than the active
    -- version's, less this part of it
    ADD COLUMN shadow_margin_frac double precision NOT NULL DEFAULT 0
        CHECK (shadow_margin_frac >= 0 AND shadow_margin_frac < 1),
    -- the former version answers again when the active one's RMSE over its
    -- last live_rows live rows is more than live_band times its RMSE on the
    -- hold-out; NULL: never
    ADD COLUMN live_rows integer NOT NULL DEFAULT 10 CHECK (live_rows BETWEEN 1 AND 10000),
    ADD COLUMN live_band double precision DEFAULT 3 CHECK (live_band >= 1);

-- One input: a field of its instrument's bars (open, high, low, close, volume)
-- or a column of indicator or feature, transformed (ln(x) | x - x[t-1] |
-- x / x[t-1] - 1 | x * x), so many of its own bars back.
ALTER TABLE model_input
    ADD COLUMN field text NOT NULL DEFAULT 'close' CHECK (field ~ '^[a-z][a-z0-9_]{0,40}$'),
    ADD COLUMN transform text NOT NULL DEFAULT 'none'
        CHECK (transform IN ('none', 'log', 'diff', 'return', 'square')),
    ADD COLUMN lag integer NOT NULL DEFAULT 0 CHECK (lag BETWEEN 0 AND 1000);

-- shadow: passed the gate and is watched, answers nothing. At most one of a
-- model.
ALTER TABLE model_version DROP CONSTRAINT model_version_state_check,
    ADD CONSTRAINT model_version_state_check CHECK (state IN ('active', 'retired', 'refused', 'shadow')),
    -- how it was fitted: {"method", "lambda", "window_rows", "window_days"};
    -- NULL for versions from before there was a choice
    ADD COLUMN spec jsonb,
    -- what its rows are made of, as text: versions with the same one can be
    -- compared on the same rows, and their coefficients used on them. NULL:
    -- closes as they are
    ADD COLUMN rows_key text,
    -- rows that were left out because a transform is not defined there
    ADD COLUMN rows_left_out bigint NOT NULL DEFAULT 0,
    -- it answered, its live error left the band, and the former one was made
    -- active again: it is never made active automatically
    ADD COLUMN returned_at timestamptz,
    -- rows that it is watched for while it is a shadow
    ADD COLUMN shadow_rows integer;
CREATE UNIQUE INDEX model_version_shadow ON model_version (model_id) WHERE state = 'shadow';

-- Walk-forward validation of a version: what a fit on train_rows rows, the
-- last of them at train_last_ts, makes of the rows from first_ts to last_ts.
CREATE TABLE model_fold (
    version_id     bigint NOT NULL REFERENCES model_version ON DELETE CASCADE,
    fold           smallint NOT NULL, -- 1 is the oldest
    train_rows     bigint NOT NULL,
    train_first_ts timestamptz NOT NULL,
    train_last_ts  timestamptz NOT NULL,
    rows           bigint NOT NULL,
    first_ts       timestamptz NOT NULL,
    last_ts        timestamptz NOT NULL,
    rmse           double precision, -- NULL: the fit before it could not be made
    r2             double precision,
    PRIMARY KEY (version_id, fold)
);

-- Live errors: what a version's coefficients make of rows that came after the
-- rows that it was fitted on (transformed target). Recorded by each retrain
-- for the active version, the shadow and the one that was active before, for
-- the latest rows as they are known then.
CREATE TABLE model_error (
    version_id bigint NOT NULL REFERENCES model_version ON DELETE CASCADE,
    ts         timestamptz NOT NULL,
    predicted  double precision NOT NULL,
    actual     double precision NOT NULL,
    PRIMARY KEY (version_id, ts)
);

-- How a version came to answer: its retraining made it active, it was promoted
-- from shadow, it was returned to automatically, or somebody chose it.
ALTER TABLE model_activation
    ADD COLUMN how text NOT NULL DEFAULT 'chosen' CHECK (how IN ('retrained', 'promoted', 'returned', 'chosen')),
    ALTER COLUMN at SET DEFAULT clock_timestamp();
UPDATE model_activation SET how = 'retrained' WHERE why = 'retrained and passed the quality gate';

-- The version that answered at a time: the one activated last before; NULL
-- before the first, and for a model that is not there.
CREATE FUNCTION model_version_at(model_name text, t timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT a.version_id
      FROM model m JOIN model_activation a ON a.model_id = m.id
     WHERE m.name = model_name AND a.at <= t
     ORDER BY a.at DESC, a.id DESC LIMIT 1
$$;

-- The rows of a model as the triangular factors of its last reading, so that
-- one more day costs reading one more day. Good while no bar up to through_ts
-- was touched since: no row of model_touch that the snapshot does not see.
CREATE TABLE model_factor (
    model_id   bigint PRIMARY KEY REFERENCES model ON DELETE CASCADE,
    -- of the specification and of the programs that made it; another: made anew
    made_by    text NOT NULL,
    -- transactions of another server mean nothing here
    server_id  bigint NOT NULL,
    snapshot   pg_snapshot NOT NULL,
    through_ts timestamptz NOT NULL,
    rows       bigint NOT NULL,
    state      bytea NOT NULL
);
ALTER TABLE model_factor ALTER COLUMN state SET STORAGE EXTERNAL;

-- Where bars, or what is computed from them, changed, and in which
-- transaction; forgotten when every factor has seen it.
CREATE TABLE model_touch (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    from_ts       timestamptz NOT NULL,
    xid           xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX model_touch_instrument ON model_touch (instrument_id);

-- Bars are written when the mark comes, and computed from when it goes.
CREATE FUNCTION model_touch_note() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO model_touch (instrument_id, interval_s, from_ts)
    SELECT instrument_id, interval_s, min(from_ts) FROM touched GROUP BY 1, 2;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION model_touch_note FROM PUBLIC;
CREATE TRIGGER bar_dirty_came AFTER INSERT ON bar_dirty REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION model_touch_note();
CREATE TRIGGER bar_dirty_changed AFTER UPDATE ON bar_dirty REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION model_touch_note();
CREATE TRIGGER bar_dirty_went AFTER DELETE ON bar_dirty REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION model_touch_note();

-- The same for who writes bars by hand, past core/bar.c: that one writes their
-- parts, for which this costs nothing.
CREATE FUNCTION model_touch_bars() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO model_touch (instrument_id, interval_s, from_ts)
    SELECT instrument_id, interval_s, min(ts) FROM touched GROUP BY 1, 2;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION model_touch_bars FROM PUBLIC;
CREATE TRIGGER bar_came AFTER INSERT ON bar REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION model_touch_bars();
CREATE TRIGGER bar_changed AFTER UPDATE ON bar REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION model_touch_bars();
CREATE TRIGGER bar_went AFTER DELETE ON bar REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION model_touch_bars();

GRANT SELECT ON model_fold, model_error TO quotemill_console;
GRANT SELECT, INSERT ON model_fold TO quotemill_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON model_error TO quotemill_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON model_factor TO quotemill_worker;
GRANT SELECT, DELETE ON model_touch TO quotemill_worker;
-- `quotemill model add | enable | disable | remove`
GRANT INSERT, DELETE ON model, model_input TO quotemill_worker;
GRANT UPDATE (enabled) ON model TO quotemill_worker;

COMMIT;
