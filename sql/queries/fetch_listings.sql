-- Who can answer for some instruments, in the order in which they are asked.
-- $1 bigint[] instruments; $2 text[] providers, NULL: all
-- -> instrument_id bigint, calendar text, provider, provider_symbol text (null: nobody can)
SELECT i.id AS instrument_id, i.calendar, l.provider, l.provider_symbol
  FROM instrument i
  LEFT JOIN (listing l JOIN provider p
               ON p.name = l.provider AND p.enabled AND ($2::text[] IS NULL OR p.name = ANY ($2::text[])))
         ON l.instrument_id = i.id AND l.enabled
 WHERE i.id = ANY ($1::bigint[])
 ORDER BY i.id, l.priority, p.priority, l.id
