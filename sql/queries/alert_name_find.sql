-- An owner's rule of a name, that this transaction has not touched yet; the oldest one.
-- $1 bigint user (NULL: the installation); $2 text name
-- -> id, version bigint
SELECT id, version FROM alert_rule
 WHERE owner_id IS NOT DISTINCT FROM $1::bigint AND name = $2::text AND updated_at < now()
 ORDER BY id LIMIT 1
