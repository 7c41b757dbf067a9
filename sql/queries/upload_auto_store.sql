-- Goes on to store what was checked, in the name of who asked for the check.
-- $1 bigint upload; $2 bigint the check's job
WITH u AS (
    UPDATE upload SET state = 'storing'
     WHERE id = $1::bigint AND state = 'checked' AND auto_store AND rows_refused = 0
    RETURNING id, symbols
)
INSERT INTO load_job (kind, upload_id, symbols, requested_by, address)
SELECT 'store', u.id, u.symbols, j.requested_by, j.address FROM u JOIN load_job j ON j.id = $2::bigint
