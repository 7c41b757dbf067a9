-- What a rule saw stays true: it was changed, but watches the same as before.
-- $1 bigint rule; $2 integer version before; $3 integer version now
UPDATE alert_state SET rule_version = $3::integer WHERE rule_id = $1::bigint AND rule_version = $2::integer
