-- All calendars by name.
-- -> name text
SELECT name FROM calendar ORDER BY name
