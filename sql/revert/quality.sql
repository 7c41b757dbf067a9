BEGIN;
REVOKE UPDATE (severity, threshold) ON validation_rule FROM quotemill_console;
REVOKE UPDATE (price_min, price_max, jump_frac) ON instrument FROM quotemill_console;
DROP TRIGGER quality_dirty_bars ON bar_dirty;
DROP TRIGGER quality_dirty_new ON quarantine;
DROP TRIGGER quality_dirty_decided ON quarantine;
DROP TABLE quality_dirty, quality, bar_check, instrument_rule;
DROP FUNCTION quality_dirty_ranges, quality_dirty_days;
DELETE FROM validation_rule r
 WHERE name IN ('session', 'jump_z', 'volume_spike', 'agreement')
   AND NOT EXISTS (SELECT FROM quarantine x WHERE x.rule = r.name);
UPDATE validation_rule
   SET threshold = NULL, description = 'the change from the bar before is within the instrument''s jump limit'
 WHERE name = 'jump' AND threshold = 0.5;
COMMIT;
