-- Adds to a run's counts, inside the transaction that stores the rows: no row back means that the run is no longer this
-- worker's, and the transaction must not be committed.
-- $1 bigint run; $2 text worker; $3 to $6 bigint rows new, same, changed, refused
UPDATE run
   SET rows_new = rows_new + $3::bigint, rows_same = rows_same + $4::bigint,
       rows_changed = rows_changed + $5::bigint, rows_refused = rows_refused + $6::bigint
 WHERE id = $1::bigint AND worker = $2::text AND state = 'running'
RETURNING id
