-- Queues again what failed in a run: from its first step that did not succeed, and for the failed sources of its fetch
-- step only, unless that failed as a whole.
-- $1 bigint run; $2 text trigger; $3 text who; $4 smallint lane
-- -> id bigint; no row: nothing in it failed
WITH old AS (
    SELECT r.*, (SELECT s.kind FROM step s
                  WHERE s.run_id = r.id AND s.state NOT IN ('succeeded', 'skipped') ORDER BY s.seq LIMIT 1) AS first_bad
      FROM run r
     WHERE r.id = $1::bigint AND r.state IN ('partial', 'failed', 'cancelled', 'timed_out', 'lost')
), bad AS (
    SELECT array_agg(ss.instrument_id ORDER BY ss.instrument_id)
               FILTER (WHERE ss.state NOT IN ('succeeded', 'skipped')) AS failed,
           count(*) FILTER (WHERE ss.state = 'succeeded') AS n_good
      FROM old
      JOIN step s ON s.run_id = old.id AND s.kind = 'fetch' AND old.first_bad = 'fetch'
      JOIN step_source ss ON ss.step_id = s.id
), again AS (
INSERT INTO run (mode, trigger, requested_by, reason, lane, instruments, providers, from_ts, to_ts, steps, retry_of,
                 simulated)
SELECT old.mode, $2::text, $3::text, 'again what failed in run ' || old.id, $4::smallint,
       CASE WHEN bad.n_good > 0 AND bad.failed IS NOT NULL THEN bad.failed ELSE old.instruments END,
       old.providers, old.from_ts, old.to_ts,
       CASE WHEN old.first_bad IS NULL THEN old.steps
            WHEN old.first_bad = 'alert' THEN '{process}'
            ELSE old.steps[array_position(old.steps, old.first_bad):] END,
       old.id, old.simulated
  FROM old, bad
RETURNING id, instruments
), ranges AS (
INSERT INTO run_range
SELECT again.id, g.instrument_id, g.interval_s, g.from_ts, g.to_ts
  FROM again, run_range g
 WHERE g.run_id = $1::bigint AND (again.instruments IS NULL OR g.instrument_id = ANY (again.instruments))
)
SELECT id FROM again
