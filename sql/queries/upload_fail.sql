-- A check or store came to nothing.
-- $1 bigint upload; $2 text why
UPDATE upload SET state = 'failed', error = $2::text WHERE id = $1::bigint AND state IN ('received', 'checking', 'storing')
