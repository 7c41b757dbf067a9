-- Nobody may ask a provider for a while: it said so.
-- $1 text provider; $2 double precision seconds
UPDATE rate_bucket
   SET blocked_until = greatest(blocked_until, clock_timestamp() + $2::double precision * interval '1 second')
 WHERE provider = $1::text
