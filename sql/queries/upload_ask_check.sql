-- Queues a check with a mapping.
-- $1 bigint upload; $2 text format; $3 jsonb mapping; $4 text[] symbols; $5 boolean auto_store; $6 text who;
-- $7 text address
-- -> job_id bigint; no row: its state does not allow it
WITH u AS (
    UPDATE upload
       SET state = 'checking', format = $2::text, mapping = $3::jsonb, symbols = $4::text[],
           auto_store = $5::boolean, error = NULL
     WHERE id = $1::bigint AND state IN ('received', 'checked', 'failed', 'undone')
    RETURNING id
)
INSERT INTO load_job (kind, upload_id, symbols, requested_by, address)
SELECT 'check', u.id, $4::text[], $6::text, $7::text FROM u
RETURNING id AS job_id
