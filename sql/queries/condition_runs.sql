-- Schedules (and '', runs by hand) whose newest ended runs all ended badly, unless a later run of everything, or a retry
-- of the newest, has made good for it. Cancelled runs say nothing.
-- $1 text this schedule only (NULL: any); $2 integer how many runs; $3 text[] which states are bad
-- -> subject, state, error text, run_id bigint, tags text (lines)
WITH newest AS (
    SELECT s.name AS subject, l.*
      FROM schedule s
     CROSS JOIN LATERAL (
           SELECT count(*) AS n, bool_and(state = ANY ($3::text[])) AS bad, (array_agg(id ORDER BY queued_at DESC))[1] AS run_id
             FROM (SELECT id, state, queued_at FROM run
                    WHERE schedule_id = s.id AND finished_at IS NOT NULL AND state <> 'cancelled'
                    ORDER BY queued_at DESC LIMIT $2::integer) r) l
     WHERE s.enabled
    UNION ALL
    SELECT '', count(*), bool_and(state = ANY ($3::text[])), (array_agg(id ORDER BY queued_at DESC))[1]
      FROM (SELECT id, state, queued_at FROM run
             WHERE schedule_id IS NULL AND finished_at IS NOT NULL AND state <> 'cancelled'
             ORDER BY schedule_id, queued_at DESC LIMIT $2::integer) r
), bad AS (
    SELECT n.subject, r.id AS run_id, r.state, r.error
      FROM newest n JOIN run r ON r.id = n.run_id
     WHERE n.bad AND n.n = $2::integer AND ($1::text IS NULL OR n.subject = $1::text)
       AND NOT EXISTS (
           SELECT FROM (SELECT instruments, retry_of FROM run WHERE state = 'succeeded' AND id > r.id
                         ORDER BY id DESC LIMIT 50) later
            WHERE later.instruments IS NULL OR later.retry_of = r.id)
), failed AS ( -- what failed in it, and what the models that failed are made of
    SELECT b.subject, ss.source, ss.instrument_id, ss.provider
      FROM bad b JOIN step s ON s.run_id = b.run_id JOIN step_source ss ON ss.step_id = s.id
     WHERE ss.state = 'failed'
), wanted AS (
    SELECT subject, instrument_id, provider FROM failed WHERE instrument_id IS NOT NULL
    UNION
    SELECT f.subject, i.instrument_id, NULL
      FROM failed f JOIN model m ON m.name = f.source
     CROSS JOIN LATERAL (SELECT m.target_id AS instrument_id
                         UNION SELECT instrument_id FROM model_input WHERE model_id = m.id) i
     WHERE f.instrument_id IS NULL
), blamed AS (
    SELECT DISTINCT w.subject, 'provider:' || o.provider AS tag
      FROM wanted w
      JOIN provider_outage o ON o.provider = w.provider
        OR EXISTS (SELECT FROM listing l WHERE l.instrument_id = w.instrument_id AND l.provider = o.provider AND l.enabled)
)
SELECT b.subject, b.state, b.error, b.run_id,
       concat_ws(E'\n', (SELECT string_agg(tag, E'\n' ORDER BY tag) FROM blamed WHERE blamed.subject = b.subject),
                 CASE WHEN b.subject = '' THEN 'run' ELSE 'schedule:' || b.subject END) AS tags
  FROM bad b
 ORDER BY b.subject
