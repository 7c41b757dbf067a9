-- As bar_statistics_refresh, for the rows of the uploads that a run follows; any other run asks for nothing and waits
-- for no lock.
-- $1 bigint run
-- -> refreshed boolean
SELECT CASE WHEN brought.n > 0 THEN bar_statistics_refresh(brought.n) ELSE false END AS refreshed
  FROM (SELECT coalesce(sum(rows_new + rows_changed), 0)::bigint AS n FROM upload WHERE run_id = $1::bigint) AS brought
