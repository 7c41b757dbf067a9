-- A page of a model's versions, newest first, each with its last activation; with them, whatever their age, the active
-- one, the shadow and the newest.
-- $1 text model name; $2 integer limit of the page; $3 bigint only versions below this one (null: all)
-- -> version bigint, state text, in_page boolean, is_older boolean (there are versions below the page), run_id bigint
--    (null: none), fitted_at, rows, rows_left_out, first_ts, last_ts bigint, r2, rmse, condition, holdout_r2,
--    holdout_rmse, champion_rmse double precision (null: not measured), holdout_ts, holdout_rows bigint (null: none),
--    scorecard, spec jsonb (null: as models were), shadow_rows bigint, returned_at bigint (null: was not),
--    activated_at bigint (null: never), who, why, how text, coefficients json ({name: value}, the intercept first)
WITH page AS (
    SELECT v.id, v.version FROM model m JOIN model_version v ON v.model_id = m.id
     WHERE m.name = $1::text AND ($3::bigint IS NULL OR v.version < $3::bigint)
     ORDER BY v.version DESC LIMIT $2::integer
), heads AS (
    (SELECT v.id FROM model m JOIN model_version v ON v.model_id = m.id
      WHERE m.name = $1::text AND v.state IN ('active', 'shadow'))
    UNION
    (SELECT v.id FROM model m JOIN model_version v ON v.model_id = m.id
      WHERE m.name = $1::text ORDER BY v.version DESC LIMIT 1)
    UNION SELECT id FROM page
)
SELECT v.version, v.state, v.id IN (SELECT id FROM page) AS in_page,
       EXISTS (SELECT FROM model_version o WHERE o.model_id = v.model_id
                  AND o.version < (SELECT min(version) FROM page)) AS is_older,
       v.run_id, extract(epoch FROM v.fitted_at)::bigint AS fitted_at, v.rows, v.rows_left_out,
       extract(epoch FROM v.first_ts)::bigint AS first_ts, extract(epoch FROM v.last_ts)::bigint AS last_ts,
       v.r2, v.rmse, v.condition, extract(epoch FROM v.holdout_ts)::bigint AS holdout_ts, v.holdout_rows, v.holdout_r2,
       v.holdout_rmse, v.champion_rmse, v.scorecard, v.spec, v.shadow_rows,
       extract(epoch FROM v.returned_at)::bigint AS returned_at,
       extract(epoch FROM a.at)::bigint AS activated_at, a.who, a.why, a.how, k.coefficients
  FROM heads
  JOIN model_version v USING (id)
  LEFT JOIN LATERAL (SELECT at, who, why, how FROM model_activation
                      WHERE version_id = v.id ORDER BY at DESC, id DESC LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT json_object_agg(name, value ORDER BY position) AS coefficients
                       FROM coefficient WHERE version_id = v.id) k ON true
 ORDER BY v.version DESC;
