-- As bar_statistics_refresh, for the rows of the uploads that a run follows.
-- $1 bigint run
-- -> refreshed boolean
SELECT bar_statistics_refresh((SELECT coalesce(sum(rows_new + rows_changed), 0)::bigint
                                 FROM upload WHERE run_id = $1::bigint)) AS refreshed
