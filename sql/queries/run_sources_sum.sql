-- How the sources of a step ended.
-- $1 bigint step
-- -> total, succeeded, failed, cancelled, rows_new, rows_same, rows_changed, rows_refused bigint,
--    words text: the failed ones, each with its error
SELECT count(*) AS total, count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
       count(*) FILTER (WHERE state = 'failed') AS failed,
       count(*) FILTER (WHERE state IN ('queued', 'running', 'cancelled')) AS unfinished,
       coalesce(sum(rows_new), 0)::bigint AS rows_new, coalesce(sum(rows_same), 0)::bigint AS rows_same,
       coalesce(sum(rows_changed), 0)::bigint AS rows_changed, coalesce(sum(rows_refused), 0)::bigint AS rows_refused,
       string_agg(source || ' (' || coalesce(error, error_kind, 'no reason known') || ')', '; ' ORDER BY source)
           FILTER (WHERE state = 'failed') AS words
  FROM step_source
 WHERE step_id = $1::bigint
