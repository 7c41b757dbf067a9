-- Queues a run again that this worker holds.
-- $1 bigint run; $2 text worker; $3 boolean count this attempt; $4 double precision pause in seconds; $5 text why, or NULL
WITH given AS (
    UPDATE run
       SET state = 'queued', worker = NULL, lease_until = NULL,
           attempt = attempt - CASE WHEN $3::boolean THEN 0 ELSE 1 END,
           not_before = clock_timestamp() + $4::double precision * interval '1 second', error = $5::text
     WHERE id = $1::bigint AND worker = $2::text AND state = 'running'
    RETURNING id
), steps AS (
    UPDATE step s
       SET state = 'queued', attempt = s.attempt - CASE WHEN $3::boolean THEN 0 ELSE 1 END
      FROM given
     WHERE s.run_id = given.id AND s.state = 'running'
    RETURNING s.id
)
UPDATE step_source ss SET state = 'queued' FROM steps WHERE ss.step_id = steps.id AND ss.state = 'running'
