BEGIN;
DROP FUNCTION bar_statistics_refresh;
COMMIT;
