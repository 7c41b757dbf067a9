-- Drops what the throttle has no more use for.
-- $1 bigint seconds of a lock, and of memory
DELETE FROM login_throttle
 WHERE updated_at < now() - 2 * $1::bigint * interval '1 second';
