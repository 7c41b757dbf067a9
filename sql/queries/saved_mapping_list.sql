-- Saved mappings by name.
-- $1 text[] headers; NULL: all
-- -> id bigint, name, header, spec (JSON), created_by text, updated_at bigint
SELECT id, name, header, spec::text AS spec, created_by, extract(epoch FROM updated_at)::bigint AS updated_at
  FROM saved_mapping
 WHERE $1::text[] IS NULL OR md5(header) = ANY (SELECT md5(h) FROM unnest($1::text[]) AS h)
 ORDER BY lower(name) LIMIT 500
