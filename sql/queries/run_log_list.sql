-- Log lines of a run after a given one, oldest first.
-- $1 bigint run; $2 bigint id of the last line seen; $3 integer limit
-- -> id, at bigint, level smallint, event, text text
SELECT id, extract(epoch FROM at)::bigint AS at, level, event, text
  FROM run_log
 WHERE run_id = $1::bigint AND id > $2::bigint
 ORDER BY id LIMIT $3::integer
