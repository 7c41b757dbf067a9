-- Locks an owner's rules of these names, in one order for everybody.
-- $1 bigint user (NULL: the installation); $2 text[] names
-- -> id bigint, name text, by name (as bytes), oldest first
WITH taken AS (
    SELECT id, name FROM alert_rule
     WHERE owner_id IS NOT DISTINCT FROM $1::bigint AND name = ANY ($2::text[])
     ORDER BY id FOR UPDATE
)
SELECT id, name FROM taken ORDER BY name COLLATE "C", id
