-- How much waits.
-- -> ready (may start now, but for their instruments), open (queued, or running by nobody that is known to live) bigint
SELECT count(*) FILTER (WHERE state = 'queued' AND not_before <= clock_timestamp()) AS ready,
       count(*) FILTER (WHERE state = 'queued'
                           OR heartbeat_at < clock_timestamp() - interval '2 seconds') AS open
  FROM load_job WHERE state IN ('queued', 'running')
