-- The single facts of the overview.
-- $1 bigint now (the clock that data is judged by)
-- -> next_due bigint (null: no schedule), next_name text, open_rows bigint (in quarantine; 1000 means 1000 or more), simulated boolean (some stored rows came from the simulator)
SELECT extract(epoch FROM s.due)::bigint AS next_due, s.name AS next_name,
       (SELECT count(*) FROM (SELECT FROM quarantine WHERE state = 'open' LIMIT 1000) q)
           AS open_rows,
       EXISTS (SELECT FROM load WHERE simulated) AS simulated
  FROM (SELECT 1) one
  LEFT JOIN LATERAL (
       SELECT name, coalesce(next_due, schedule_next(frequency, every, at_time, weekday, month_day, time_zone,
                                                     to_timestamp($1::bigint))) AS due
         FROM schedule WHERE enabled ORDER BY due, name LIMIT 1) s ON true;
