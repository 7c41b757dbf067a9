-- Roles are shared by all databases of a cluster, so they may be there.
BEGIN;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quotemill_console') THEN
        CREATE ROLE quotemill_console LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quotemill_worker') THEN
        CREATE ROLE quotemill_worker LOGIN;
    END IF;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;

COMMIT;
