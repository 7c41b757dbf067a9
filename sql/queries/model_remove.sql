-- Takes a model away with everything of it.
-- $1 text name
DELETE FROM model WHERE name = $1::text;
