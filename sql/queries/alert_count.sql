-- Rules of an owner.
-- $1 bigint user (NULL: the installation's)
-- -> n bigint
SELECT count(*) AS n FROM alert_rule WHERE owner_id IS NOT DISTINCT FROM $1::bigint
