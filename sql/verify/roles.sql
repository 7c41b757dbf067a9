DO $$
BEGIN
    ASSERT (SELECT count(*) = 2 FROM pg_roles
             WHERE rolname IN ('quotemill_console', 'quotemill_worker')
               AND rolcanlogin AND NOT rolsuper AND NOT rolcreatedb AND NOT rolcreaterole),
        'roles quotemill_console and quotemill_worker that can log in and nothing more';
    ASSERT NOT has_schema_privilege('quotemill_console', 'public', 'CREATE'), 'console creates nothing';
    ASSERT NOT has_schema_privilege('quotemill_worker', 'public', 'CREATE'), 'worker creates nothing';
END $$;
