BEGIN;

DO $$
BEGIN
    ASSERT has_table_privilege('quotemill_console', 'model', 'INSERT');
    ASSERT has_table_privilege('quotemill_console', 'model_input', 'INSERT');
    ASSERT has_column_privilege('quotemill_console', 'model', 'enabled', 'UPDATE');
    ASSERT NOT has_table_privilege('quotemill_console', 'model', 'DELETE');
END $$;

ROLLBACK;
