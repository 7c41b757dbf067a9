-- Makes the steps of a run that are not there yet. One that brings data ends with looking at the alert rules.
-- $1 bigint run; $2 integer timeout of each in seconds
INSERT INTO step (run_id, seq, kind, timeout_s)
SELECT r.id, k.seq, k.kind, $2::integer
  FROM run r
 CROSS JOIN unnest(CASE WHEN 'process' = ANY (r.steps) THEN r.steps || 'alert'::text ELSE r.steps END)
       WITH ORDINALITY AS k (kind, seq)
 WHERE r.id = $1::bigint
ON CONFLICT DO NOTHING
