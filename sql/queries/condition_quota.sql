-- Enabled providers with less than a share of their burst of tokens left.
-- $1 text this provider only (NULL: any); $2 float8 percent
-- -> provider, title text, tokens, burst, percent float8
SELECT p.name AS provider, p.title, t.tokens, p.burst, 100 * t.tokens / p.burst AS percent
  FROM provider p
  JOIN rate_bucket b ON b.provider = p.name
 CROSS JOIN LATERAL (SELECT least(p.burst, b.tokens + greatest(extract(epoch FROM now() - b.refilled_at)::float8, 0)
                                                      * p.rate_per_minute / 60) AS tokens) t
 WHERE p.enabled AND ($1::text IS NULL OR p.name = $1::text) AND 100 * t.tokens / p.burst < $2::float8
 ORDER BY p.name
