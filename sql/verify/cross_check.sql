BEGIN;
SELECT 1 / (pg_get_constraintdef(oid) LIKE '%''check''%')::integer FROM pg_constraint WHERE conname = 'load_kind_check';
ROLLBACK;
