-- Providers that may be asked.
-- $1 text[] only these; NULL: all
-- -> name, driver, base_url text, max_parallel integer, rate_per_minute double precision, spec text (null: none)
SELECT name, driver, base_url, max_parallel, rate_per_minute, spec::text
  FROM provider
 WHERE enabled AND ($1::text[] IS NULL OR name = ANY ($1::text[]))
 ORDER BY name
