-- A channel by its name, any case.
-- $1 text name
-- -> id bigint, name text
SELECT id, name FROM channel WHERE lower(name) = lower($1::text)
