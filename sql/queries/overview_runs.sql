-- What runs or waits now (at most three of each), and the run that ended last.
-- -> id bigint, state text, queued_at, started_at, finished_at bigint (null: not yet),
--    seconds double precision (null: not started), waits_s bigint (since it could start), rows_new, rows_refused bigint
WITH pick AS (
    (SELECT id FROM run WHERE state = 'running' ORDER BY id DESC LIMIT 3)
    UNION ALL
    (SELECT id FROM run WHERE state = 'queued' ORDER BY lane, id LIMIT 3)
    UNION ALL
    (SELECT id FROM run WHERE state NOT IN ('queued', 'running') ORDER BY id DESC LIMIT 1)
)
SELECT r.id, r.state, extract(epoch FROM r.queued_at)::bigint AS queued_at,
       extract(epoch FROM r.started_at)::bigint AS started_at, extract(epoch FROM r.finished_at)::bigint AS finished_at,
       extract(epoch FROM coalesce(r.finished_at, now()) - r.started_at)::double precision AS seconds,
       greatest(extract(epoch FROM now() - greatest(r.not_before, r.queued_at)), 0)::bigint AS waits_s,
       r.rows_new, r.rows_refused
  FROM pick JOIN run r USING (id)
 ORDER BY r.id DESC;
