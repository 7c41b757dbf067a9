-- What was said and doubted stays; its loads become loads of another kind that
-- is not processed.
BEGIN;
UPDATE load SET state = 'refused', error = 'nothing is compared any more' WHERE kind = 'check' AND state = 'fetched';
UPDATE load SET kind = 'derived' WHERE kind = 'check';
ALTER TABLE load DROP CONSTRAINT load_kind_check;
ALTER TABLE load ADD CONSTRAINT load_kind_check CHECK (kind IN ('provider', 'upload', 'derived', 'correction'));
COMMIT;
