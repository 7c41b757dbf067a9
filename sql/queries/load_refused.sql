-- Nothing of a load could be used.
-- $1 bigint load; $2 text why
UPDATE load SET state = 'refused', error = $2::text WHERE id = $1::bigint AND state = 'fetched'
