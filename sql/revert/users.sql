BEGIN;

DROP TABLE audit_log, login_throttle, session, app_user;

COMMIT;
