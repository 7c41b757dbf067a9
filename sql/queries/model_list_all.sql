-- Models by name, each with its active version and the newest one.
-- -> name, title, target, unit text, active bigint (version; null: none), fitted_at, rows bigint,
--    r2, rmse, holdout_rmse double precision (of the active one), newest bigint (version; null: none),
--    newest_state text
SELECT m.name, m.title, i.symbol AS target, i.currency AS unit, v.version AS active,
       extract(epoch FROM v.fitted_at)::bigint AS fitted_at, v.rows, v.r2, v.rmse, v.holdout_rmse,
       n.version AS newest, n.state AS newest_state
  FROM model m
  JOIN instrument i ON i.id = m.target_id
  LEFT JOIN model_version v ON v.model_id = m.id AND v.state = 'active'
  LEFT JOIN LATERAL (SELECT version, state FROM model_version WHERE model_id = m.id ORDER BY version DESC LIMIT 1) n
    ON true
 ORDER BY m.name
 LIMIT 100;
