-- Drops sessions that have run out, of all users.
-- $1, $2 bigint idle and longest life in seconds
DELETE FROM session
 WHERE seen_at <= now() - $1::bigint * interval '1 second'
    OR created_at <= now() - $2::bigint * interval '1 second';
