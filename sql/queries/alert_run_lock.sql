-- One evaluation of alert rules at a time; until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('alert_run', 0))
