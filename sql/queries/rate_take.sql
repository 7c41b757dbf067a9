-- Takes tokens of a provider's rate limit.
-- $1 text provider; $2 integer wanted
-- -> taken integer, wait_s double precision (until the next one can be had)
SELECT taken, wait_s FROM rate_take($1::text, $2::integer)
