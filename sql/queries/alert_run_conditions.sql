-- Rules on the pipeline, with each subject's state; a rule without one has a row all the same.
-- -> now bigint (the server's clock), id, version bigint, name, severity text, owner_id bigint (null: the
--    installation's), shared boolean, condition text, threshold float8, subject text (null: any), cooldown_s bigint, once
--    boolean, about, phase text, since, fired_at, state_version bigint (null: no state), by rule
SELECT extract(epoch FROM now())::bigint AS now, r.id, r.version, r.name, r.severity, r.owner_id, r.shared, r.condition,
       r.threshold, r.subject, r.cooldown_s, r.once, s.subject AS about, s.phase, s.value,
       extract(epoch FROM s.since)::bigint AS since, extract(epoch FROM s.fired_at)::bigint AS fired_at,
       s.rule_version AS state_version
  FROM alert_rule r
  LEFT JOIN alert_state s ON s.rule_id = r.id
 WHERE r.kind = 'pipeline' AND r.enabled
 ORDER BY r.id, s.subject
