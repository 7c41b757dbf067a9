-- The steps of a run, in order.
-- $1 bigint run
-- -> id, seq bigint, kind, state, error, detail text, attempt, max_attempts, timeout_s, started_at, finished_at
--    bigint, seconds double precision
SELECT id, seq, kind, state, error, detail, attempt, max_attempts, timeout_s,
       extract(epoch FROM started_at)::bigint AS started_at, extract(epoch FROM finished_at)::bigint AS finished_at,
       extract(epoch FROM coalesce(finished_at, clock_timestamp()) - started_at)::double precision AS seconds
  FROM step
 WHERE run_id = $1::bigint
 ORDER BY seq
