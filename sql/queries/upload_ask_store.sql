-- Queues the store of a checked upload.
-- $1 bigint upload; $2 text who; $3 text address
-- -> job_id bigint; no row: its state does not allow it
WITH u AS (
    UPDATE upload SET state = 'storing', error = NULL
     WHERE id = $1::bigint AND state = 'checked' AND rows_refused < rows_all
    RETURNING id, symbols
)
INSERT INTO load_job (kind, upload_id, symbols, requested_by, address)
SELECT 'store', u.id, u.symbols, $2::text, $3::text FROM u
RETURNING id AS job_id
