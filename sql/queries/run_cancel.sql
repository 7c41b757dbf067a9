-- Asks to cancel: a queued run ends at once, a running one is told (channel run_cancel).
-- $1 bigint run; $2 text who
-- -> state text: what it was before; no row: no such run
WITH was AS (
    SELECT id, state FROM run WHERE id = $1::bigint FOR UPDATE
), ended AS (
    UPDATE run r
       SET cancel_by = $2::text,
           state = CASE r.state WHEN 'queued' THEN 'cancelled' ELSE r.state END,
           finished_at = CASE r.state WHEN 'queued' THEN clock_timestamp() END,
           error = CASE r.state WHEN 'queued' THEN 'cancelled by ' || $2::text || ' before it began' END
      FROM was
     WHERE r.id = was.id AND was.state IN ('queued', 'running')
    RETURNING pg_notify('run_cancel', r.id::text)
)
SELECT was.state, (SELECT count(*) FROM ended) AS n FROM was
