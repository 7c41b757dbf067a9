-- Retires an instrument or brings it back.
-- $1 bigint instrument; $2 boolean active
-- -> id bigint; no row: it is so already
UPDATE instrument SET active = $2::boolean WHERE id = $1::bigint AND active <> $2::boolean RETURNING id
