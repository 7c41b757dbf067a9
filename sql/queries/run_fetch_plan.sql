-- Makes the sources of a fetch step that are not there yet: every instrument asked for, or every active one that a
-- provider can answer for.
-- $1 bigint step; $2 bigint[] instruments, NULL: all active; $3 text[] providers, NULL: all enabled
INSERT INTO step_source (step_id, source, instrument_id)
SELECT $1::bigint, i.symbol, i.id
  FROM instrument i
 WHERE i.active AND ($2::bigint[] IS NULL OR i.id = ANY ($2::bigint[]))
   AND ($2::bigint[] IS NOT NULL OR EXISTS (
        SELECT FROM listing l JOIN provider p ON p.name = l.provider
         WHERE l.instrument_id = i.id AND l.enabled AND p.enabled
           AND ($3::text[] IS NULL OR p.name = ANY ($3::text[]))))
 ORDER BY i.symbol
ON CONFLICT DO NOTHING
