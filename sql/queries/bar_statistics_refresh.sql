-- Lets the planner know of many new bars.
-- $1 bigint rows that were written
-- -> refreshed boolean: there was reason to
SELECT bar_statistics_refresh($1::bigint) AS refreshed
