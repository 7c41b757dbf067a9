SELECT archive_hash, head, tail, state, mapping, answers, symbols, rows_all, auto_store, run_id FROM upload WHERE false;
SELECT upload_id, seq, line, rule, raw FROM upload_refusal WHERE false;
SELECT upload_id FROM load WHERE false;
SELECT kind, symbols, state, not_before, heartbeat_at, bytes_done, rows_done FROM load_job WHERE false;
SELECT name, header, spec FROM saved_mapping WHERE false;
SELECT load_id, believed_from, believed_to FROM bar_undone WHERE false;
SELECT has_function_privilege('quotemill_worker', 'bar_month_begin(text)', 'EXECUTE'),
       has_function_privilege('quotemill_worker', 'bar_month_end(text)', 'EXECUTE'),
       has_function_privilege('quotemill_worker', 'load_undo(bigint)', 'EXECUTE');
SELECT 'bar_history_time'::regclass;
