BEGIN;
REVOKE INSERT ON bar_undone FROM quotemill_worker;
DROP TABLE mill_state, bar_dirty, feature, indicator;
COMMIT;
