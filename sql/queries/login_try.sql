-- Counts a login attempt against account and address before it is judged, so
-- that attempts made at the same time are counted too. The attempt is allowed
-- when no row comes back above $2 tries. A key that is locked already counts
-- no further; nor does the other key of an attempt that a lock turns away.
-- $1 text[] keys; $2 bigint tries; $3 bigint seconds of a lock, and of memory
-- -> is_allowed boolean; wait_s bigint: how long the lock lasts, when not
-- allowed, or would last should this attempt fail; 0 for none
WITH locked AS (
    SELECT max(locked_until) AS until FROM login_throttle
     WHERE key = ANY ($1::text[]) AND locked_until > now()
), tried AS (
    INSERT INTO login_throttle AS t (key, failures, locked_until)
    SELECT k, 1, CASE WHEN $2::bigint <= 1 THEN now() + $3::bigint * interval '1 second' END
      FROM unnest($1::text[]) k, locked
     WHERE locked.until IS NULL
     ORDER BY k
    ON CONFLICT (key) DO UPDATE SET (failures, locked_until, updated_at) = (
        SELECT n.failures,
               CASE WHEN n.failures > $2::bigint THEN t.locked_until
                    WHEN n.failures = $2::bigint THEN now() + $3::bigint * interval '1 second' END,
               CASE WHEN n.failures > $2::bigint THEN t.updated_at ELSE now() END
          FROM (SELECT CASE WHEN t.locked_until > now() THEN $2::bigint + 1
                            WHEN t.locked_until IS NOT NULL
                              OR t.updated_at < now() - $3::bigint * interval '1 second' THEN 1
                            ELSE t.failures + 1 END::integer AS failures) n)
    RETURNING failures, locked_until
)
SELECT locked.until IS NULL AND NOT EXISTS (SELECT FROM tried WHERE failures > $2::bigint) AS is_allowed,
       coalesce(ceil(extract(epoch FROM greatest(locked.until, (SELECT max(locked_until) FROM tried)) - now())),
                0)::bigint AS wait_s
  FROM locked;
