-- Takes the oldest job that may start: a store or undo waits for those before it and those under way that name one of
-- its instruments; a check waits for nobody.
-- $1 text worker
-- -> id, upload_id, load_id, attempt, max_attempts bigint, kind, requested_by, address text; no row: none may start
UPDATE load_job j
   SET state = 'running', attempt = j.attempt + 1, worker = $1::text, bytes_done = 0, rows_done = 0,
       started_at = clock_timestamp(), heartbeat_at = clock_timestamp(), error = NULL
 WHERE j.id = (
       SELECT q.id
         FROM load_job q
        WHERE q.state = 'queued' AND q.not_before <= clock_timestamp()
          AND (q.kind = 'check' OR NOT EXISTS (
              SELECT FROM load_job o
               WHERE o.kind <> 'check' AND o.id <> q.id AND o.symbols && q.symbols
                 AND (o.state = 'running' OR o.state = 'queued' AND o.id < q.id)))
        ORDER BY q.id
          FOR UPDATE SKIP LOCKED LIMIT 1)
RETURNING j.id, j.upload_id, j.load_id, j.attempt, j.max_attempts, j.kind, j.requested_by, j.address
