-- The roles go when no other database of the cluster needs them.
BEGIN;

DO $$
DECLARE
    r text;
BEGIN
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
    FOREACH r IN ARRAY ARRAY['quotemill_console', 'quotemill_worker'] LOOP
        EXECUTE format('DROP OWNED BY %I', r);
        IF NOT EXISTS (SELECT FROM pg_shdepend d JOIN pg_roles o ON o.oid = d.refobjid
                        WHERE d.refclassid = 'pg_authid'::regclass AND o.rolname = r) THEN
            EXECUTE format('DROP ROLE %I', r);
        END IF;
    END LOOP;
END $$;

COMMIT;
