-- Versions of a model, newest first, the active one among them whatever its age; with the last activation of each.
-- $1 text model name; $2 integer limit
-- -> version bigint, state text, run_id bigint (null: none), fitted_at, rows, first_ts, last_ts bigint,
--    r2, rmse, condition, holdout_r2, holdout_rmse, champion_rmse double precision (null: not measured),
--    holdout_rows bigint, scorecard jsonb, activated_at bigint (null: never), who, why text
WITH pick AS (
    (SELECT v.id FROM model m JOIN model_version v ON v.model_id = m.id
      WHERE m.name = $1::text ORDER BY v.version DESC LIMIT $2::integer)
    UNION
    (SELECT v.id FROM model m JOIN model_version v ON v.model_id = m.id WHERE m.name = $1::text AND v.state = 'active')
)
SELECT v.version, v.state, v.run_id, extract(epoch FROM v.fitted_at)::bigint AS fitted_at, v.rows,
       extract(epoch FROM v.first_ts)::bigint AS first_ts, extract(epoch FROM v.last_ts)::bigint AS last_ts,
       v.r2, v.rmse, v.condition, v.holdout_rows, v.holdout_r2, v.holdout_rmse, v.champion_rmse, v.scorecard,
       extract(epoch FROM a.at)::bigint AS activated_at, a.who, a.why
  FROM pick
  JOIN model_version v USING (id)
  LEFT JOIN LATERAL (SELECT at, who, why FROM model_activation
                      WHERE version_id = v.id ORDER BY id DESC LIMIT 1) a ON true
 ORDER BY v.version DESC;
