-- When the next scheduled fetch of an instrument is, in words: "22:30 New York time", with the day when it is more than
-- a day away.
-- $1 bigint instrument; $2 bigint now
-- -> words text; no row: no schedule fetches it
SELECT to_char(n.due AT TIME ZONE s.time_zone,
               CASE WHEN n.due > to_timestamp($2::bigint) + interval '1 day' THEN 'FMDay DD FMMonth, HH24:MI '
                    ELSE 'HH24:MI ' END)
       || CASE WHEN s.time_zone LIKE '%/%' THEN replace(regexp_replace(s.time_zone, '^.*/', ''), '_', ' ') || ' time'
               ELSE s.time_zone END AS words
  FROM schedule s
 CROSS JOIN LATERAL (
       SELECT CASE WHEN s.next_due > to_timestamp($2::bigint) THEN s.next_due
                   ELSE schedule_next(s.frequency, s.every, s.at_time, s.weekday, s.month_day, s.time_zone,
                                      to_timestamp($2::bigint)) END AS due) n
 WHERE s.enabled AND 'fetch' = ANY (s.steps) AND (s.instruments IS NULL OR $1::bigint = ANY (s.instruments))
 ORDER BY n.due LIMIT 1
