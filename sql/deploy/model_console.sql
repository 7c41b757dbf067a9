BEGIN;

-- The console adds a model and switches it on and off; what there is of one it
-- never changes, nor takes it away.
GRANT INSERT ON model, model_input TO quotemill_console;
GRANT UPDATE (enabled) ON model TO quotemill_console;

COMMIT;
