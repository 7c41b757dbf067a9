BEGIN;

CREATE TABLE model (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name           text NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9_-]{0,40}$'),
    title          text NOT NULL,
    target_id      bigint NOT NULL REFERENCES instrument,
    interval_s     integer NOT NULL DEFAULT 86400,
    intercept      boolean NOT NULL DEFAULT true,
    min_rows       integer NOT NULL DEFAULT 250 CHECK (min_rows >= 10),
    holdout_frac   double precision NOT NULL DEFAULT 0.2 CHECK (holdout_frac > 0 AND holdout_frac <= 0.5),
    -- the quality gate; docs/models.md says why these numbers
    min_r2         double precision NOT NULL DEFAULT 0.5,
    rmse_margin_frac double precision NOT NULL DEFAULT 0.1 CHECK (rmse_margin_frac >= 0),
    -- unexplained share of the variance (1 - r2), as a multiple of the active version's
    max_unexplained_ratio double precision NOT NULL DEFAULT 2 CHECK (max_unexplained_ratio >= 1),
    -- residual squares on the rows that the active version knows, as a multiple of its own
    max_known_ratio double precision NOT NULL DEFAULT 4 CHECK (max_known_ratio >= 1),
    max_condition  double precision NOT NULL DEFAULT 1e8,
    max_abs_coefficient double precision NOT NULL DEFAULT 1e9,
    enabled        boolean NOT NULL DEFAULT true
);

CREATE TABLE model_input (
    model_id      bigint NOT NULL REFERENCES model ON DELETE CASCADE,
    position      smallint NOT NULL CHECK (position >= 1),
    name          text NOT NULL,
    instrument_id bigint NOT NULL REFERENCES instrument,
    PRIMARY KEY (model_id, position),
    UNIQUE (model_id, name)
);

CREATE TABLE model_version (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model_id      bigint NOT NULL REFERENCES model ON DELETE CASCADE,
    version       integer NOT NULL,
    state         text NOT NULL CHECK (state IN ('active', 'retired', 'refused')),
    run_id        bigint REFERENCES run ON DELETE SET NULL,
    fitted_at     timestamptz NOT NULL,
    rows          bigint NOT NULL,
    first_ts      timestamptz NOT NULL,
    last_ts       timestamptz NOT NULL,
    -- which data: hash of the specification and of the training rows' times
    -- and values; equal means there is nothing new to learn from
    fingerprint   text NOT NULL,
    r2            double precision,
    rmse          double precision,
    condition     double precision,
    -- the hold-out: what a fit on the rows before holdout_ts makes of the rows
    -- from there on, and what the then active version's such fit makes of them
    holdout_ts    timestamptz,
    holdout_rows  bigint,
    holdout_r2    double precision,
    holdout_rmse  double precision,
    champion_rmse double precision,
    -- [{"rule", "value", "limit", "passed", "words"}]
    scorecard     jsonb NOT NULL,
    UNIQUE (model_id, version)
);
CREATE UNIQUE INDEX model_version_active ON model_version (model_id) WHERE state = 'active';

CREATE TABLE coefficient (
    version_id bigint NOT NULL REFERENCES model_version ON DELETE CASCADE,
    position   smallint NOT NULL,      -- 0 is the intercept
    name       text NOT NULL,
    value      double precision NOT NULL,
    std_error  double precision,
    judged_value double precision,     -- of the fit on the rows before the hold-out
    PRIMARY KEY (version_id, position)
);

-- Which version answered at time T, and who made it so.
CREATE TABLE model_activation (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model_id   bigint NOT NULL REFERENCES model ON DELETE CASCADE,
    version_id bigint NOT NULL REFERENCES model_version ON DELETE CASCADE,
    at         timestamptz NOT NULL DEFAULT now(),
    who        text NOT NULL,
    why        text NOT NULL
);
CREATE INDEX model_activation_model ON model_activation (model_id, at);

CREATE VIEW model_coefficients AS
SELECT c.name, c.value, v.fitted_at AS last_updated
  FROM model m
  JOIN model_version v ON v.model_id = m.id AND v.state = 'active'
  JOIN coefficient c ON c.version_id = v.id
 WHERE m.name = 'mstr';

COMMIT;
