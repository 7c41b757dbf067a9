-- Corrected bars stay as they are; their loads become loads of another kind
-- that no provider and no upload brought.
BEGIN;
DROP TRIGGER quarantine_undone ON load;
DROP FUNCTION quarantine_undone, desk_find, desk_decide, desk_bar_json, desk_reopen, desk_reject, desk_unfit, desk_load_counts, desk_load,
    bar_replace, bar_put_back, bar_take_out;
UPDATE load SET kind = 'derived' WHERE kind = 'correction';
ALTER TABLE load DROP CONSTRAINT load_kind_check;
ALTER TABLE load ADD CONSTRAINT load_kind_check CHECK (kind IN ('provider', 'upload', 'derived'));
DROP INDEX quarantine_open_id, quarantine_open_rule, quarantine_decided, quarantine_decision;
ALTER TABLE quarantine DROP COLUMN open, DROP COLUMN high, DROP COLUMN low, DROP COLUMN close, DROP COLUMN volume,
    DROP COLUMN decision_load_id, DROP COLUMN taken_load_id, DROP COLUMN restored_load_id;
COMMIT;
