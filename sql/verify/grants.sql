DO $$
BEGIN
    ASSERT has_table_privilege('quotemill_worker', 'bar', 'INSERT'), 'the worker stores bars';
    ASSERT has_table_privilege('quotemill_worker', 'bar_coarse', 'INSERT'), 'the worker stores daily bars';
    ASSERT NOT has_table_privilege('quotemill_console', 'bar', 'INSERT, UPDATE, DELETE, TRUNCATE'),
        'the console stores no bar';
    ASSERT has_table_privilege('quotemill_console', 'app_user', 'SELECT'), 'the console reads users';
    ASSERT NOT has_table_privilege('quotemill_worker', 'app_user', 'SELECT'), 'the worker reads no user';
    ASSERT NOT has_table_privilege('quotemill_worker', 'session', 'SELECT'), 'the worker reads no session';
    ASSERT NOT has_function_privilege('quotemill_console', 'bar_partitions_ensure(timestamptz, timestamptz)',
                                      'EXECUTE'), 'the console makes no partition';
END $$;
