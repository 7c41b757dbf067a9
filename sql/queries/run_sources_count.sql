-- How many active instruments these providers can answer for.
-- $1 bigint[] instruments, NULL: all active; $2 text[] providers, NULL: all enabled
-- -> n bigint
SELECT count(*) AS n
  FROM instrument i
 WHERE i.active AND ($1::bigint[] IS NULL OR i.id = ANY ($1::bigint[]))
   AND EXISTS (SELECT FROM listing l JOIN provider p ON p.name = l.provider
                WHERE l.instrument_id = i.id AND l.enabled AND p.enabled
                  AND ($2::text[] IS NULL OR p.name = ANY ($2::text[])))
