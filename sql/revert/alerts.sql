BEGIN;

DROP TRIGGER alert_due ON run;
DROP TABLE delivery_incident, delivery, silence, alert_event, alert_state, alert_incident, alert_rule, alert_dirty,
    channel;
DROP FUNCTION alert_due_notify;
DELETE FROM step WHERE kind = 'alert';
ALTER TABLE step DROP CONSTRAINT step_kind_check,
    ADD CONSTRAINT step_kind_check CHECK (kind IN ('fetch', 'process', 'retrain'));

COMMIT;
