-- A new model.
-- $1 text name; $2 text title; $3 bigint target; $4 text target_field; $5 text target_transform; $6 integer interval_s;
-- $7 boolean intercept; $8 text method; $9 double precision lambda or null; $10 bigint window_rows or null;
-- $11 integer window_days or null; $12 text fold_window; $13 bigint min_rows; $14 double precision holdout_frac;
-- $15 double precision min_r2; $16 double precision rmse_margin_frac; $17 smallint folds; $18 double precision
-- max_fold_spread or null; $19 integer shadow_rows; $20 double precision shadow_margin_frac; $21 integer live_rows;
-- $22 double precision live_band or null
-- -> id bigint
INSERT INTO model (name, title, target_id, target_field, target_transform, interval_s, intercept, method, lambda,
                   window_rows, window_days, fold_window, min_rows, holdout_frac, min_r2, rmse_margin_frac, folds,
                   max_fold_spread, shadow_rows, shadow_margin_frac, live_rows, live_band)
VALUES ($1::text, $2::text, $3::bigint, $4::text, $5::text, $6::integer, $7::boolean, $8::text, $9::double precision,
        $10::bigint, $11::integer, $12::text, $13::bigint, $14::double precision, $15::double precision,
        $16::double precision, $17::smallint, $18::double precision, $19::integer, $20::double precision, $21::integer,
        $22::double precision)
RETURNING id;
