-- Takes tokens of a provider's rate limit. The commit does not wait for the disk: a crash of the server may give back the
-- tokens of its last moments, and no request has to wait for a flush.
-- $1 text provider; $2 integer wanted
-- -> taken integer, wait_s double precision (until the next one can be had)
SELECT t.taken, t.wait_s
  FROM set_config('synchronous_commit', 'off', true), LATERAL rate_take($1::text, $2::integer) t
