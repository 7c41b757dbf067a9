-- Names of the enabled models.
-- -> name
SELECT name FROM model WHERE enabled ORDER BY name;
