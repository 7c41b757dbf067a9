-- Which running runs a queued one waits for.
-- $1 bigint run
-- -> ids text ("12, 15"; NULL: none)
SELECT string_agg(o.id::text, ', ' ORDER BY o.id) AS ids
  FROM run q
  JOIN run o ON o.state = 'running' AND o.id <> q.id
            AND (o.instruments IS NULL OR q.instruments IS NULL OR o.instruments && q.instruments)
 WHERE q.id = $1::bigint AND q.state = 'queued'
