-- The newest version of a model and the active one, to see whether there is anything new.
-- $1 bigint model id
-- -> version, state, fingerprint, rows, last_ts
SELECT version, state, fingerprint, rows, extract(epoch FROM last_ts)::bigint AS last_ts
  FROM model_version
 WHERE model_id = $1::bigint
   AND (state = 'active' OR version = (SELECT max(version) FROM model_version WHERE model_id = $1::bigint))
 ORDER BY version DESC;
