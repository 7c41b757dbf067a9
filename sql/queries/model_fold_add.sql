-- One fold of a version's walk-forward validation.
-- $1 bigint version id; $2 integer fold; $3 bigint train_rows; $4 bigint train_first_ts; $5 bigint train_last_ts;
-- $6 bigint rows; $7 bigint first_ts; $8 bigint last_ts; $9 rmse, $10 r2 double precision or null
INSERT INTO model_fold (version_id, fold, train_rows, train_first_ts, train_last_ts, rows, first_ts, last_ts, rmse, r2)
VALUES ($1::bigint, $2::integer, $3::bigint, to_timestamp($4::bigint), to_timestamp($5::bigint), $6::bigint,
        to_timestamp($7::bigint), to_timestamp($8::bigint), $9::double precision, $10::double precision);
