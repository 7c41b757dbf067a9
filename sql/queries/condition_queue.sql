-- The queued run that could have started longest ago: nothing that runs or ran until lately stood in its way.
-- -> run_id bigint, minutes float8; no row: none
SELECT q.id AS run_id, extract(epoch FROM now() - greatest(q.queued_at, q.not_before, o.ended_at))::float8 / 60 AS minutes
  FROM run q
 CROSS JOIN LATERAL (
       SELECT max(finished_at) AS ended_at
         FROM (SELECT finished_at, instruments FROM run WHERE id <> q.id ORDER BY id DESC LIMIT 200) r
        WHERE r.instruments IS NULL OR q.instruments IS NULL OR r.instruments && q.instruments) o
 WHERE q.state = 'queued' AND q.not_before <= now()
   AND NOT EXISTS (SELECT FROM run r WHERE r.state = 'running'
                      AND (r.instruments IS NULL OR q.instruments IS NULL OR r.instruments && q.instruments))
 ORDER BY 2 DESC LIMIT 1
