-- The rows of a load are stored.
-- $1 bigint load; $2 to $6 bigint rows new, same, changed, refused, flagged
UPDATE load
   SET state = 'stored', stored_at = now(), rows_new = $2::bigint, rows_same = $3::bigint, rows_changed = $4::bigint,
       rows_refused = $5::bigint, rows_flagged = $6::bigint
 WHERE id = $1::bigint AND state = 'fetched'
