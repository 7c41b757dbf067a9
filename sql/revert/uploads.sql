BEGIN;
DROP TABLE bar_undone, saved_mapping, load_job;
DROP FUNCTION load_job_notify;
ALTER TABLE load DROP COLUMN upload_id;
DROP TABLE upload_refusal, upload;
COMMIT;
