-- The calendar of an instrument.
-- $1 bigint instrument
-- -> as calendar_list
SELECT c.name, c.title, c.time_zone, c.weekdays, c.holiday_rule,
       extract(epoch FROM c.late_after)::bigint AS late_after_s,
       extract(epoch FROM c.stale_after)::bigint AS stale_after_s
  FROM instrument i
  JOIN calendar c ON c.name = i.calendar
 WHERE i.id = $1::bigint
