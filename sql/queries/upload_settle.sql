-- What a check or store found.
-- $1 bigint upload; $2 text state; $3 to $8 bigint rows all, new, same, changed, refused, flagged; $9 bigint run (null:
-- none); $10 text format, $11 jsonb mapping, $12 text[] symbols (null: as they are)
UPDATE upload
   SET state = $2::text, rows_all = $3::bigint, rows_new = $4::bigint, rows_same = $5::bigint,
       rows_changed = $6::bigint, rows_refused = $7::bigint, rows_flagged = $8::bigint,
       run_id = coalesce($9::bigint, run_id), error = NULL,
       format = coalesce($10::text, format), mapping = coalesce($11::jsonb, mapping),
       symbols = coalesce($12::text[], symbols),
       checked_at = CASE WHEN $2::text = 'stored' THEN coalesce(checked_at, clock_timestamp()) ELSE clock_timestamp() END,
       stored_at = CASE WHEN $2::text = 'stored' THEN clock_timestamp() END
 WHERE id = $1::bigint
