-- Renews a lease.
-- $1 bigint run; $2 text worker; $3 double precision lease in seconds
-- -> cancel_by text; no row: the run is no longer this worker's
UPDATE run
   SET heartbeat_at = clock_timestamp(), lease_until = clock_timestamp() + $3::double precision * interval '1 second'
 WHERE id = $1::bigint AND worker = $2::text AND state = 'running'
RETURNING cancel_by
