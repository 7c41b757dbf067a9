-- Which version of a model answered at a time, with its coefficients, the intercept first; one row with nulls when
-- none did.
-- $1 text model name; $2 timestamptz the time, with its fraction of a second
-- -> name text; version bigint (null: none answered yet), fitted_at, rows, r2, rmse, simulated boolean, since, until
--    text (ISO times in UTC, to the microsecond; until null: it answers still), who, why, how text;
--    coefficient text (its name), value, std_error double precision (null: not known)
SELECT m.name, v.version, extract(epoch FROM v.fitted_at)::bigint AS fitted_at, v.rows, v.r2, v.rmse,
       coalesce(r.simulated, false) AS simulated,
       to_char(a.at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS since,
       to_char(u.at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS until,
       a.who, a.why, a.how, k.name AS coefficient, k.value, k.std_error
  FROM model m
  LEFT JOIN LATERAL (SELECT * FROM model_activation
                      WHERE model_id = m.id AND at <= $2::timestamptz
                      ORDER BY at DESC, id DESC LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT at FROM model_activation
                      WHERE model_id = m.id AND (at, id) > (a.at, a.id)
                      ORDER BY at, id LIMIT 1) u ON true
  LEFT JOIN model_version v ON v.id = a.version_id
  LEFT JOIN run r ON r.id = v.run_id
  LEFT JOIN coefficient k ON k.version_id = v.id
 WHERE m.name = $1::text
 ORDER BY k.position;
