BEGIN;

CREATE TABLE api_token (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id      bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
    name         text NOT NULL CHECK (name ~ '^[^[:cntrl:]]{1,64}$'),
    token_hash   text NOT NULL UNIQUE, -- secret_hash_hex of the token
    scope        text NOT NULL CHECK (scope IN ('read', 'upload', 'full')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   text NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    last_address text NOT NULL DEFAULT ''
);
CREATE INDEX api_token_user ON api_token (user_id, id);

GRANT SELECT, INSERT ON api_token TO quotemill_console;
GRANT UPDATE (revoked_at, last_used_at, last_address) ON api_token TO quotemill_console;

COMMIT;
