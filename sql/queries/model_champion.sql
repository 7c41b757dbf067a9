-- The active version's coefficients, the intercept first, and what it was judged by.
-- $1 bigint model id
-- -> version, rows_key (null: from before there were any), r2, rmse, rows, last_ts, holdout_ts (0: none), name, value, judged_value (null: none)
SELECT v.version, v.rows_key, v.r2, v.rmse, v.rows, extract(epoch FROM v.last_ts)::bigint AS last_ts,
       extract(epoch FROM v.holdout_ts)::bigint AS holdout_ts, c.name, c.value, c.judged_value
  FROM model_version v
  JOIN coefficient c ON c.version_id = v.id
 WHERE v.model_id = $1::bigint AND v.state = 'active'
 ORDER BY c.position;
