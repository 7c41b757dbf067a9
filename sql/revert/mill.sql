BEGIN;
REVOKE INSERT ON bar_undone FROM quotemill_worker;
DROP TABLE milled, mill_state, bar_dirty, feature, indicator;
COMMIT;
