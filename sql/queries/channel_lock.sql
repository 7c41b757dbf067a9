-- One channel, locked until the transaction's end.
-- $1 bigint id
-- -> version, n_rules bigint (rules that name it); name, kind, summary (JSON, without secrets), secret (may be null) text
SELECT version, name, kind, secret,
       jsonb_build_object('name', name, 'kind', kind, 'enabled', enabled, 'settings', settings, 'severities', severities)
           AS summary,
       (SELECT count(*) FROM alert_rule WHERE $1::bigint = ANY (channels || escalate_to)) AS n_rules
  FROM channel WHERE id = $1::bigint
   FOR UPDATE;
