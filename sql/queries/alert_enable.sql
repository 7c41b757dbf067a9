-- Switches an alert rule on or off.
-- $1 bigint id; $2 boolean enabled
UPDATE alert_rule SET enabled = $2::boolean, version = version + 1, updated_at = now() WHERE id = $1::bigint
