-- The last 30 days (UTC) of runs, one row for each day of each strip on which runs were queued. A strip is a schedule
-- (at most eight), or what people start by hand. A day shows its worst state. Only its newest 5 runs and its newest 3
-- bad ones are looked at, so the work is bounded whatever is stored.
-- -> strip text (null: by hand), day bigint, n bigint (5 means 5 or more), state text, run_id bigint
WITH strip AS (
    (SELECT id, name FROM schedule WHERE enabled ORDER BY name LIMIT 8)
), day AS MATERIALIZED (
    SELECT d AS from_at, d + interval '1 day' AS to_at
      FROM generate_series(date_trunc('day', now()) - interval '29 days', date_trunc('day', now()), interval '1 day') d
), beat AS (
    SELECT s.name AS strip, d.from_at, few.n, few.state, few.run_id, bad.state AS bad_state,
           bad.run_id AS bad_id
      FROM strip s CROSS JOIN day d
     CROSS JOIN LATERAL (
           SELECT count(*) AS n, max(x.id) AS run_id,
                  CASE WHEN bool_or(x.state = 'running') THEN 'running' WHEN bool_or(x.state = 'succeeded') THEN 'succeeded'
                       ELSE max(x.state) END AS state
             FROM (SELECT id, state FROM run
                    WHERE schedule_id = s.id AND queued_at >= d.from_at AND queued_at < d.to_at
                    ORDER BY queued_at DESC LIMIT 5) x) few
      LEFT JOIN LATERAL (
           SELECT x.state, x.id AS run_id
             FROM (SELECT id, state FROM run
                    WHERE schedule_id = s.id AND queued_at >= d.from_at AND queued_at < d.to_at
                      AND state IN ('failed', 'timed_out', 'lost', 'partial')
                    ORDER BY queued_at DESC LIMIT 3) x
            ORDER BY x.state = 'partial', x.id DESC LIMIT 1) bad ON true
     WHERE few.n > 0
    UNION ALL
    -- IS NULL fixes no sort key for the planner, so here schedule_id is sorted by as well: the index's own order.
    SELECT NULL, d.from_at, few.n, few.state, few.run_id, bad.state, bad.run_id
      FROM day d
     CROSS JOIN LATERAL (
           SELECT count(*) AS n, max(x.id) AS run_id,
                  CASE WHEN bool_or(x.state = 'running') THEN 'running' WHEN bool_or(x.state = 'succeeded') THEN 'succeeded'
                       ELSE max(x.state) END AS state
             FROM (SELECT id, state FROM run
                    WHERE schedule_id IS NULL AND queued_at >= d.from_at AND queued_at < d.to_at
                    ORDER BY schedule_id, queued_at DESC LIMIT 5) x) few
      LEFT JOIN LATERAL (
           SELECT x.state, x.id AS run_id
             FROM (SELECT id, state FROM run
                    WHERE schedule_id IS NULL AND queued_at >= d.from_at AND queued_at < d.to_at
                      AND state IN ('failed', 'timed_out', 'lost', 'partial')
                    ORDER BY schedule_id, queued_at DESC LIMIT 3) x
            ORDER BY x.state = 'partial', x.id DESC LIMIT 1) bad ON true
     WHERE few.n > 0
)
SELECT strip, extract(epoch FROM from_at)::bigint AS day, n,
       coalesce(bad_state, state) AS state, coalesce(bad_id, run_id) AS run_id
  FROM beat
 ORDER BY strip NULLS LAST, day;
