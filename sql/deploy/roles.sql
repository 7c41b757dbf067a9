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

-- Nobody else connects; nobody makes temporary tables.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO quotemill_console, quotemill_worker', current_database());
END $$;

COMMIT;
