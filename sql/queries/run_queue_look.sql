-- What is left to do.
-- -> queued, running bigint; silent bigint: running ones whose worker's lock is free, so that they may be lost soon;
--    wait_s double precision: until the first queued run may start (0: now, or it waits for a running one)
SELECT count(*) FILTER (WHERE r.state = 'queued') AS queued,
       count(*) FILTER (WHERE r.state = 'running') AS running,
       count(*) FILTER (WHERE r.state = 'running' AND NOT EXISTS (
           SELECT FROM pg_locks l
            WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (l.classid::bigint << 32) + l.objid::bigint = r.id * 4096 + r.attempt % 4096)) AS silent,
       coalesce(min(greatest(extract(epoch FROM r.not_before - clock_timestamp()), 0))
                    FILTER (WHERE r.state = 'queued'), 0)::double precision AS wait_s
  FROM run r
 WHERE r.state IN ('queued', 'running')
