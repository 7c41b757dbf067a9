-- Runs, newest first; a NULL parameter does not filter.
-- $1 bigint this run only; $2 text state ('failed' takes timed_out and lost in); $3 text trigger; $4 text mode
-- $5 text symbol: runs that asked for this instrument; $6, $7 bigint queued in [from, to)
-- $8 bigint older than this id; $9 bigint newer than this id; $10 integer limit
-- -> id bigint, mode, trigger, requested_by, reason, state text, lane smallint, instruments, providers, steps text
--    (joined by commas, NULL: all), schedule, worker, cancel_by, error text, from_ts, to_ts, due_at, retry_of,
--    attempt, max_attempts, queued_at, not_before, started_at, finished_at, heartbeat_at bigint,
--    seconds double precision, rows_new, rows_same, rows_changed, rows_refused, n_sources, n_failed bigint,
--    simulated boolean
WITH asked AS (
    SELECT CASE $2::text WHEN 'failed' THEN '{failed,timed_out,lost}'::text[] ELSE ARRAY[$2::text] END AS states,
           (SELECT id FROM instrument WHERE lower(symbol) = lower($5::text)) AS instrument_id
), page AS (
    (SELECT r.id
       FROM run r, asked
      WHERE $9::bigint IS NULL
        AND ($8::bigint IS NULL OR r.id < $8::bigint)
        AND ($1::bigint IS NULL OR r.id = $1::bigint)
        AND ($2::text IS NULL OR r.state = ANY (asked.states))
        AND ($3::text IS NULL OR r.trigger = $3::text)
        AND ($4::text IS NULL OR r.mode = $4::text)
        AND ($5::text IS NULL OR r.instruments IS NULL OR asked.instrument_id = ANY (r.instruments))
        AND ($6::bigint IS NULL OR r.queued_at >= to_timestamp($6::bigint))
        AND ($7::bigint IS NULL OR r.queued_at < to_timestamp($7::bigint))
      ORDER BY r.id DESC LIMIT $10::integer)
    UNION ALL
    (SELECT r.id
       FROM run r, asked
      WHERE $9::bigint IS NOT NULL AND r.id > $9::bigint
        AND ($2::text IS NULL OR r.state = ANY (asked.states))
        AND ($3::text IS NULL OR r.trigger = $3::text)
        AND ($4::text IS NULL OR r.mode = $4::text)
        AND ($5::text IS NULL OR r.instruments IS NULL OR asked.instrument_id = ANY (r.instruments))
        AND ($6::bigint IS NULL OR r.queued_at >= to_timestamp($6::bigint))
        AND ($7::bigint IS NULL OR r.queued_at < to_timestamp($7::bigint))
      ORDER BY r.id LIMIT $10::integer)
)
SELECT r.id, r.mode, r.trigger, r.requested_by, r.reason, r.state, r.lane,
       (SELECT string_agg(i.symbol, ', ' ORDER BY i.symbol) FROM instrument i WHERE i.id = ANY (r.instruments))
           AS instruments,
       array_to_string(r.providers, ', ') AS providers, array_to_string(r.steps, ', ') AS steps,
       (SELECT s.name FROM schedule s WHERE s.id = r.schedule_id) AS schedule,
       r.worker, r.cancel_by, r.error,
       extract(epoch FROM r.from_ts)::bigint AS from_ts, extract(epoch FROM r.to_ts)::bigint AS to_ts,
       extract(epoch FROM r.due_at)::bigint AS due_at, r.retry_of, r.attempt, r.max_attempts,
       extract(epoch FROM r.queued_at)::bigint AS queued_at, extract(epoch FROM r.not_before)::bigint AS not_before,
       extract(epoch FROM r.started_at)::bigint AS started_at,
       extract(epoch FROM r.finished_at)::bigint AS finished_at,
       extract(epoch FROM r.heartbeat_at)::bigint AS heartbeat_at,
       extract(epoch FROM coalesce(r.finished_at, clock_timestamp()) - r.started_at)::double precision AS seconds,
       r.rows_new, r.rows_same, r.rows_changed, r.rows_refused, src.n_sources, src.n_failed, r.simulated
  FROM page
  JOIN run r USING (id)
 CROSS JOIN LATERAL (
       SELECT count(ss.source) AS n_sources, count(*) FILTER (WHERE ss.state = 'failed') AS n_failed
         FROM step s JOIN step_source ss ON ss.step_id = s.id
        WHERE s.run_id = r.id AND s.kind = 'fetch') src
 ORDER BY r.id DESC
