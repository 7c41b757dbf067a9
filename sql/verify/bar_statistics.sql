SELECT has_function_privilege('quotemill_worker', 'bar_statistics_refresh(bigint)', 'EXECUTE');
