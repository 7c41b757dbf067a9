-- Keeps a factor.
-- $1 bigint model id; $2 text made_by; $3 pg_snapshot; $4 bigint through_ts; $5 bigint rows; $6 bytea state
INSERT INTO model_factor (model_id, made_by, server_id, snapshot, through_ts, rows, state)
VALUES ($1::bigint, $2::text, (SELECT system_identifier FROM pg_control_system()), $3::pg_snapshot,
        to_timestamp($4::bigint), $5::bigint, $6::bytea)
    ON CONFLICT (model_id) DO UPDATE
   SET made_by = excluded.made_by, server_id = excluded.server_id, snapshot = excluded.snapshot,
       through_ts = excluded.through_ts, rows = excluded.rows, state = excluded.state;
