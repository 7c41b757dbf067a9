BEGIN;
SELECT open, high, low, close, volume, decision_load_id, taken_load_id, restored_load_id FROM quarantine WHERE false;
SELECT 1 / (pg_get_constraintdef(oid) LIKE '%correction%')::integer FROM pg_constraint WHERE conname = 'load_kind_check';
SELECT has_function_privilege('quotemill_console',
    'desk_decide(bigint[], text, double precision[], text, text, text)', 'EXECUTE');
ROLLBACK;
