-- Runs that ended badly and that nothing since has made good: of each strip (schedule, or by hand) the newest run,
-- unless a later run of everything, or a retry of this very run, succeeded (looked for among the newest 50).
-- -> id bigint, state, error text (null: none), failed text ("WTI, BRENT"; at most five names; null: none),
--    n_failed bigint, reason text (of the first of them; null: none), finished_at bigint
WITH newest AS (
    SELECT r.* FROM (SELECT id FROM schedule WHERE enabled ORDER BY name LIMIT 8) s
     CROSS JOIN LATERAL (SELECT * FROM run WHERE schedule_id = s.id AND finished_at IS NOT NULL
                          ORDER BY queued_at DESC LIMIT 1) r
    UNION ALL
    (SELECT * FROM run WHERE schedule_id IS NULL AND finished_at IS NOT NULL
      ORDER BY schedule_id, queued_at DESC LIMIT 1)
)
SELECT b.id, b.state, b.error, f.failed, f.n_failed, f.reason, extract(epoch FROM b.finished_at)::bigint AS finished_at
  FROM newest b
 CROSS JOIN LATERAL (
       SELECT string_agg(x.source, ', ' ORDER BY x.source) FILTER (WHERE x.nth <= 5) AS failed, count(*) AS n_failed,
              min(x.reason) FILTER (WHERE x.nth = 1) AS reason
         FROM (SELECT ss.source, min(ss.error) AS reason, row_number() OVER (ORDER BY ss.source) AS nth
                 FROM step st JOIN step_source ss ON ss.step_id = st.id
                WHERE st.run_id = b.id AND ss.state = 'failed'
                GROUP BY ss.source) x) f
 WHERE b.state IN ('failed', 'timed_out', 'lost', 'partial')
   AND NOT EXISTS (
       SELECT FROM (SELECT instruments, retry_of FROM run WHERE state = 'succeeded' AND id > b.id
                     ORDER BY id DESC LIMIT 50) later
        WHERE later.instruments IS NULL OR later.retry_of = b.id)
 ORDER BY b.id DESC;
