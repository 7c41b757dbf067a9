-- Deletes an alert rule; its events stay.
-- $1 bigint id
DELETE FROM alert_rule WHERE id = $1::bigint
