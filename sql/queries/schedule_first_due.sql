-- Gives schedules without a due time their first one.
-- $1 bigint now
UPDATE schedule
   SET next_due = schedule_next(frequency, every, at_time, weekday, month_day, time_zone, to_timestamp($1::bigint))
 WHERE enabled AND next_due IS NULL
