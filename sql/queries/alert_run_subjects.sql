-- Keeps where rules on the pipeline stand with their subjects; which incident they belong to is left alone.
-- $1 bigint[] rules, $2 text[] subjects, $3 text[] phases, $4 bigint[] since, $5 bigint[] fired_at, $6 float8[] values,
-- $7 integer[] versions
INSERT INTO alert_state (rule_id, subject, phase, since, fired_at, value, rule_version)
SELECT n.rule_id, n.subject, n.phase, to_timestamp(n.since), to_timestamp(n.fired_at), n.value, n.version
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::float8[], $7::integer[])
       AS n (rule_id, subject, phase, since, fired_at, value, version)
ON CONFLICT (rule_id, subject) DO UPDATE
   SET (phase, since, fired_at, value, rule_version)
     = (excluded.phase, excluded.since, excluded.fired_at, excluded.value, excluded.rule_version)
