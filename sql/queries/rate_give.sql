-- Gives tokens back that were taken and not used; as with rate_take, the commit does not wait for the disk.
-- $1 text provider; $2 integer how many
UPDATE rate_bucket b
   SET tokens = least(p.burst, b.tokens + $2::integer)
  FROM provider p, set_config('synchronous_commit', 'off', true)
 WHERE p.name = b.provider AND b.provider = $1::text
