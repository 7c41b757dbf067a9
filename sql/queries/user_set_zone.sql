-- $1 bigint id; $2 text IANA name
-- -> one row with the name as it is spelt in the zone list, none for an unknown
WITH zone AS (
    SELECT name FROM pg_timezone_names
     WHERE lower(name) = lower($2) AND name !~ '^(posix|right)/' AND name NOT IN ('localtime', 'posixrules', 'Factory')
     LIMIT 1
)
UPDATE app_user SET time_zone = zone.name FROM zone WHERE id = $1::bigint RETURNING zone.name;
