-- Gives back what was not sent: it is due at once, and this try did not count.
-- $1 bigint id; $2 text who; $3 integer attempts
UPDATE delivery
   SET state = 'waiting', worker = NULL, lease_until = NULL, not_before = now(), attempts = attempts - 1
 WHERE id = $1::bigint AND state = 'sending' AND worker = $2 AND attempts = $3::integer;
