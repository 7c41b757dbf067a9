BEGIN;

CREATE TABLE app_user (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$'),
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    time_zone     text NOT NULL DEFAULT 'UTC',
    -- sealed (secretbox) TOTP secret; enabled once a code was confirmed
    totp_sealed   text,
    totp_enabled  boolean NOT NULL DEFAULT false,
    totp_last     bigint NOT NULL DEFAULT 0,   -- last time step used: no replay
    disabled      boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now(),
    password_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX app_user_name ON app_user (lower(name));

CREATE TABLE session (
    token_hash   text PRIMARY KEY,     -- secret_hash_hex of the cookie's token
    user_id      bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
    csrf         text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    seen_at      timestamptz NOT NULL DEFAULT now(),
    address      text NOT NULL,
    agent        text NOT NULL DEFAULT ''
);
CREATE INDEX session_of_user ON session (user_id);

-- Failed logins by account ('user:name') and by address ('addr:1.2.3.4').
CREATE TABLE login_throttle (
    key          text PRIMARY KEY,
    failures     integer NOT NULL,
    locked_until timestamptz,
    updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE audit_log (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    who     text NOT NULL,
    action  text NOT NULL,             -- noun.verb
    object  text NOT NULL,
    before  jsonb,
    after   jsonb,
    address text NOT NULL DEFAULT ''
);
CREATE INDEX audit_log_object ON audit_log (object, id);

COMMIT;
