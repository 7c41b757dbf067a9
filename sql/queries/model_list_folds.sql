-- Walk-forward folds of a model's newest version, oldest first.
-- $1 text model name
-- -> fold integer, train_rows, train_first_ts, train_last_ts, rows, first_ts, last_ts bigint,
--    rmse, r2 double precision (null: the fit before it could not be made)
SELECT f.fold, f.train_rows, extract(epoch FROM f.train_first_ts)::bigint AS train_first_ts,
       extract(epoch FROM f.train_last_ts)::bigint AS train_last_ts, f.rows,
       extract(epoch FROM f.first_ts)::bigint AS first_ts, extract(epoch FROM f.last_ts)::bigint AS last_ts,
       f.rmse, f.r2
  FROM model_fold f
 WHERE f.version_id = (SELECT v.id FROM model m JOIN model_version v ON v.model_id = m.id
                        WHERE m.name = $1::text ORDER BY v.version DESC LIMIT 1)
 ORDER BY f.fold;
