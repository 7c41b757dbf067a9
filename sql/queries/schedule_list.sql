-- All schedules, the next due first, disabled ones last.
-- -> id bigint, name, frequency, time_zone, mode, missed_policy, instruments (NULL: all), words text, enabled boolean,
--    next_due, last_queued bigint
SELECT s.id, s.name, s.frequency, s.time_zone, s.mode, s.missed_policy, s.enabled,
       (SELECT string_agg(i.symbol, ', ' ORDER BY i.symbol) FROM instrument i WHERE i.id = ANY (s.instruments))
           AS instruments,
       CASE s.frequency
       WHEN 'minutes' THEN 'every ' || CASE s.every WHEN 1 THEN 'minute' ELSE s.every || ' minutes' END
       WHEN 'hourly' THEN 'every ' || CASE s.every WHEN 1 THEN 'hour' ELSE s.every || ' hours' END
                          || ' at minute ' || to_char(s.at_time, 'MI')
       WHEN 'daily' THEN 'daily'
       WHEN 'weekly' THEN 'every ' || (ARRAY['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday',
                                             'Sunday'])[s.weekday]
       ELSE 'monthly on day ' || s.month_day
       END || CASE WHEN s.frequency IN ('minutes', 'hourly') THEN ''
                   ELSE ' at ' || to_char(s.at_time, 'HH24:MI') || ' '
                        || CASE WHEN s.time_zone LIKE '%/%'
                                THEN replace(regexp_replace(s.time_zone, '^.*/', ''), '_', ' ') || ' time'
                                ELSE s.time_zone END
              END AS words,
       extract(epoch FROM s.next_due)::bigint AS next_due, extract(epoch FROM s.last_queued)::bigint AS last_queued
  FROM schedule s
 ORDER BY NOT s.enabled, s.next_due, s.name
