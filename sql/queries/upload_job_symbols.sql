-- The instruments that a job writes.
-- $1 bigint job
-- -> symbols text (array literal)
SELECT symbols::text AS symbols FROM load_job WHERE id = $1::bigint
