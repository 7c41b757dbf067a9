BEGIN;

REVOKE INSERT ON model, model_input FROM quotemill_console;
REVOKE UPDATE (enabled) ON model FROM quotemill_console;

COMMIT;
