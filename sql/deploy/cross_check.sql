BEGIN;

-- What another provider said, to be compared with what is stored: its rows go
-- to bar_check.
ALTER TABLE load DROP CONSTRAINT load_kind_check;
ALTER TABLE load ADD CONSTRAINT load_kind_check CHECK (kind IN ('provider', 'upload', 'derived', 'correction', 'check'));

COMMIT;
