-- Everything of the two roles in this database, but their right to connect.
BEGIN;

DO $$
BEGIN
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM quotemill_console, quotemill_worker;
    REVOKE ALL ON FUNCTION bar_partitions_ensure FROM quotemill_worker;
    GRANT EXECUTE ON FUNCTION bar_partitions_ensure TO PUBLIC;
    IF to_regclass('sqitch.changes') IS NOT NULL THEN
        REVOKE ALL ON sqitch.changes FROM quotemill_console;
        REVOKE ALL ON SCHEMA sqitch FROM quotemill_console;
    END IF;
END $$;

COMMIT;
