-- Takes the next run that may start: lanes in order, then age; never one that overlaps a running one or, unless that
-- very run is asked for, one that overlaps a run before it in the queue.
-- $1 text worker; $2 double precision lease in seconds; $3 bigint this run only, or NULL
-- -> id, attempt, max_attempts bigint, mode, trigger, requested_by text, instruments, providers, steps text (array literals, NULL: all), from_ts,
--    to_ts bigint, simulated boolean, cancelled boolean; no row: none may start
UPDATE run r
   SET state = 'running', attempt = r.attempt + 1, worker = $1::text, error = NULL,
       started_at = coalesce(r.started_at, clock_timestamp()), heartbeat_at = clock_timestamp(),
       lease_until = clock_timestamp() + $2::double precision * interval '1 second'
 WHERE r.id = (
       SELECT q.id
         FROM run q
        WHERE q.state = 'queued' AND q.not_before <= clock_timestamp()
          AND ($3::bigint IS NULL OR q.id = $3::bigint)
          AND NOT EXISTS (
              SELECT FROM run o
               WHERE (o.state = 'running'
                      OR $3::bigint IS NULL AND o.state = 'queued' AND (o.lane, o.id) < (q.lane, q.id)
                         AND o.not_before <= clock_timestamp())
                 AND (o.instruments IS NULL OR q.instruments IS NULL OR o.instruments && q.instruments))
        ORDER BY q.lane, q.id
          FOR UPDATE SKIP LOCKED LIMIT 1)
RETURNING r.id, r.attempt, r.max_attempts, r.mode, r.trigger, r.requested_by, r.instruments::text AS instruments, r.providers::text AS providers,
          r.steps::text AS steps, extract(epoch FROM r.from_ts)::bigint AS from_ts,
          extract(epoch FROM r.to_ts)::bigint AS to_ts, r.simulated
