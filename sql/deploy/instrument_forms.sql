BEGIN;

-- Instruments are added and retired in the console, too; their bars stay the
-- worker's.
GRANT INSERT ON listing TO quotemill_console;
GRANT UPDATE (active) ON instrument TO quotemill_console;

COMMIT;
