-- Locks rules that are about to be changed, in one order for everybody.
-- $1 bigint[] ids
SELECT id FROM alert_rule WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE
