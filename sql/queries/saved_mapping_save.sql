-- Saves a mapping under its name; one of that name is replaced.
-- $1 text name; $2 text header; $3 jsonb spec; $4 text who
INSERT INTO saved_mapping (name, header, spec, created_by)
VALUES ($1::text, $2::text, $3::jsonb, $4::text)
    ON CONFLICT (lower(name)) DO UPDATE
   SET name = EXCLUDED.name, header = EXCLUDED.header, spec = EXCLUDED.spec, updated_at = now()
