-- The rows of a file's load are stored.
-- $1 bigint load; $2 to $6 bigint rows new, same, changed, refused, flagged; $7 bigint upload (null: none);
-- $8 text archive_hash; $9 bigint archive_bytes; $10, $11 bigint first and last time of its good rows (null: none)
UPDATE load
   SET state = 'stored', stored_at = now(), rows_new = $2::bigint, rows_same = $3::bigint, rows_changed = $4::bigint,
       rows_refused = $5::bigint, rows_flagged = $6::bigint, upload_id = $7::bigint, archive_hash = $8::text,
       archive_bytes = $9::bigint, from_ts = to_timestamp($10::bigint), to_ts = to_timestamp($11::bigint)
 WHERE id = $1::bigint AND state = 'fetched'
