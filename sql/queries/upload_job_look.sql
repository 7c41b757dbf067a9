-- How much waits.
-- -> ready (may start now, but for their instruments), open (queued, or running with nobody holding its lock) bigint
SELECT count(*) FILTER (WHERE j.state = 'queued' AND j.not_before <= clock_timestamp()) AS ready,
       count(*) FILTER (WHERE j.state = 'queued' OR NOT EXISTS (
           SELECT FROM pg_locks l
            WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (l.classid::bigint << 32) + l.objid::bigint = -(j.id * 4096 + j.attempt % 4096))) AS open
  FROM load_job j WHERE j.state IN ('queued', 'running')
