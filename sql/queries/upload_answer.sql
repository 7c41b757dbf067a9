-- Keeps what a person said about the file, where nothing is under way.
-- $1 bigint upload; $2 text[] answers
UPDATE upload SET answers = $2::text[]
 WHERE id = $1::bigint AND state IN ('received', 'checked', 'failed', 'undone')
