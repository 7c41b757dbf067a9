-- Everything of the two roles in this database, but their right to connect.
BEGIN;

DO $$
BEGIN
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM quotemill_console, quotemill_worker;
    REVOKE ALL ON FUNCTION bar_partitions_ensure FROM quotemill_worker;
    GRANT EXECUTE ON FUNCTION bar_partitions_ensure TO PUBLIC;
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM quotemill_worker', current_database());
END $$;

COMMIT;
