DO $$
BEGIN
    ASSERT has_table_privilege('quotemill_console', 'listing', 'INSERT'), 'the console adds listings';
    ASSERT has_column_privilege('quotemill_console', 'instrument', 'active', 'UPDATE'), 'the console retires instruments';
END $$;
