BEGIN;
REVOKE INSERT ON listing FROM quotemill_console;
REVOKE UPDATE (active) ON instrument FROM quotemill_console;
COMMIT;
