BEGIN;

DROP FUNCTION schedule_next, schedule_instant;
DROP TABLE run_log, step_source, step;
ALTER TABLE load DROP CONSTRAINT load_run_id_fkey;
DROP TABLE run, schedule;
DROP FUNCTION run_notify;

COMMIT;
