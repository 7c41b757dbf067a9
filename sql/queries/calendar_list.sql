-- All calendars by name.
-- -> name, title, time_zone text, weekdays integer (bit 0 Monday), holiday_rule text, late_after_s, stale_after_s bigint
SELECT name, title, time_zone, weekdays, holiday_rule, extract(epoch FROM late_after)::bigint AS late_after_s,
       extract(epoch FROM stale_after)::bigint AS stale_after_s
  FROM calendar ORDER BY name
