-- All providers by name.
-- -> name text, enabled boolean
SELECT name, enabled FROM provider ORDER BY name
