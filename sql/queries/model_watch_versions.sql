-- The versions of a model whose live errors are watched, one row for each coefficient, the intercept first: the active
-- one, the shadow, and the former one, which answered last before and was never returned from.
-- $1 bigint model id; $2 bigint live rows that are looked at
-- -> role text (active, shadow, former), id, version, last_ts, holdout_rmse, rows_key (null: from before there were
--    any), shadow_rows, how text (its last activation's; null: none), from_ts bigint (the first of its latest recorded
--    rows; null: there are fewer), name, value
WITH former AS (
    SELECT a.version_id AS id
      FROM model_activation a JOIN model_version v ON v.id = a.version_id
     WHERE a.model_id = $1::bigint AND v.state = 'retired' AND v.returned_at IS NULL
     ORDER BY a.id DESC LIMIT 1
), watched AS (
    SELECT v.*, CASE WHEN v.state IN ('active', 'shadow') THEN v.state ELSE 'former' END AS role
      FROM model_version v
     WHERE v.model_id = $1::bigint
       AND (v.state IN ('active', 'shadow') OR v.id = (SELECT id FROM former))
)
SELECT v.role, v.id, v.version, extract(epoch FROM v.last_ts)::bigint AS last_ts, v.holdout_rmse, v.rows_key,
       v.shadow_rows,
       coalesce((SELECT how FROM model_activation a WHERE a.model_id = $1::bigint AND a.version_id = v.id
                  ORDER BY a.id DESC LIMIT 1), '') AS how,
       (SELECT extract(epoch FROM e.ts)::bigint FROM model_error e
         WHERE e.version_id = v.id AND v.state <> 'shadow'
         ORDER BY e.ts DESC OFFSET $2::bigint - 1 LIMIT 1) AS from_ts,
       c.name, c.value
  FROM watched v JOIN coefficient c ON c.version_id = v.id
 ORDER BY v.id, c.position;
