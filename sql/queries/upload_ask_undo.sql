-- Queues the undo of a stored load.
-- $1 bigint load; $2 text who; $3 text address
-- -> job_id bigint; no row: its state does not allow it
WITH l AS (
    SELECT l.id, l.upload_id, i.symbol
      FROM load l
      JOIN instrument i ON i.id = l.instrument_id
     WHERE l.id = $1::bigint AND l.state = 'stored'
       AND NOT EXISTS (SELECT FROM load_job j
                        WHERE j.load_id = l.id AND j.kind = 'undo' AND j.state IN ('queued', 'running'))
), u AS (
    UPDATE upload SET state = 'undoing', error = NULL
      FROM l
     WHERE upload.id = l.upload_id AND upload.state = 'stored'
    RETURNING upload.id, upload.symbols
)
INSERT INTO load_job (kind, upload_id, load_id, symbols, requested_by, address)
SELECT 'undo', u.id, l.id, coalesce(u.symbols, ARRAY[l.symbol]), $2::text, $3::text
  FROM l
  LEFT JOIN u ON u.id = l.upload_id
 WHERE l.upload_id IS NULL OR u.id IS NOT NULL
RETURNING id AS job_id
