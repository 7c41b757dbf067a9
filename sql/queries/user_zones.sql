-- Time zones by name, for the account page's list.
-- -> name text
SELECT name FROM pg_timezone_names
 WHERE name ~ '^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/' OR name = 'UTC'
 ORDER BY name;
