-- Channels for forms, in the order of their names.
-- -> id bigint; name, kind text; enabled boolean
SELECT id, name, kind, enabled FROM channel ORDER BY lower(name);
