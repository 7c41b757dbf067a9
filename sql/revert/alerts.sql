BEGIN;

DROP TRIGGER alert_due ON run;
DROP TRIGGER alert_dirty_bars ON bar_dirty;
DROP VIEW silence_now, provider_outage;
ALTER TABLE rate_bucket DROP COLUMN failing_since, DROP COLUMN failing_run, DROP COLUMN faults;
DROP FUNCTION silence_until, silence_covers, alert_data_directory;
DROP TABLE delivery_incident, delivery, silence, alert_event, alert_state, alert_incident, alert_rule, alert_dirty,
    channel;
DROP FUNCTION alert_due_notify, alert_dirty_note;
DELETE FROM step WHERE kind = 'alert';
ALTER TABLE step DROP CONSTRAINT step_kind_check,
    ADD CONSTRAINT step_kind_check CHECK (kind IN ('fetch', 'process', 'retrain'));

COMMIT;
