-- A new version, with the next number.
-- $1 bigint model id; $2 text state; $3 bigint run id or null; $4 bigint fitted_at; $5 bigint rows;
-- $6 bigint first_ts; $7 bigint last_ts; $8 text fingerprint; $9 r2; $10 rmse; $11 condition; $12 bigint holdout_ts;
-- $13 bigint holdout_rows; $14 holdout_r2; $15 holdout_rmse; $16 champion_rmse; $17 jsonb scorecard; $18 jsonb spec;
-- $19 text rows_key; $20 bigint rows_left_out; $21 integer shadow_rows or null
-- -> id, version
INSERT INTO model_version (model_id, version, state, run_id, fitted_at, rows, first_ts, last_ts, fingerprint, r2, rmse,
                           condition, holdout_ts, holdout_rows, holdout_r2, holdout_rmse, champion_rmse, scorecard, spec, rows_key,
                           rows_left_out, shadow_rows)
SELECT $1::bigint, coalesce(max(version), 0) + 1, $2::text, $3::bigint, to_timestamp($4::bigint), $5::bigint,
       to_timestamp($6::bigint), to_timestamp($7::bigint), $8::text, $9::double precision, $10::double precision,
       $11::double precision, to_timestamp($12::bigint), $13::bigint, $14::double precision, $15::double precision,
       $16::double precision, $17::jsonb, $18::jsonb, $19::text, $20::bigint, $21::integer
  FROM model_version WHERE model_id = $1::bigint
RETURNING id, version;
