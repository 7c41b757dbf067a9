-- Queues what is due and moves each schedule on to its next time, in one statement.
-- $1 bigint now; $2 boolean simulated
-- -> queued bigint: runs queued; moved bigint: schedules that were due
WITH RECURSIVE clock AS (
    SELECT to_timestamp($1::bigint) AS now
), late AS (
    SELECT s.* FROM schedule s, clock
     WHERE s.enabled AND s.next_due <= clock.now
       FOR UPDATE OF s SKIP LOCKED
), due (id, at) AS (
    -- from the first time that is not too old, to the first that is to come
    SELECT l.id, CASE WHEN l.next_due >= clock.now - l.max_age THEN l.next_due
                      ELSE schedule_next(l.frequency, l.every, l.at_time, l.weekday, l.month_day, l.time_zone,
                                         clock.now - l.max_age) END
      FROM late l, clock
    UNION ALL
    SELECT l.id, schedule_next(l.frequency, l.every, l.at_time, l.weekday, l.month_day, l.time_zone, due.at)
      FROM due JOIN late l USING (id), clock
     WHERE due.at <= clock.now
), newest AS (
    SELECT id, max(at) FILTER (WHERE at <= clock.now) AS at, max(at) FILTER (WHERE at > clock.now) AS next
      FROM due, clock GROUP BY id
), added AS (
    INSERT INTO run (mode, trigger, requested_by, reason, lane, instruments, steps, schedule_id, due_at, simulated)
    SELECT l.mode, 'timer', 'schedule ' || l.name,
           'due ' || to_char(due.at AT TIME ZONE l.time_zone, 'YYYY-MM-DD HH24:MI') || ' ' || l.time_zone,
           CASE l.mode WHEN 'backfill' THEN 2 ELSE 1 END, l.instruments, l.steps, l.id, due.at, $2::boolean
      FROM due JOIN late l USING (id) JOIN newest USING (id), clock
     WHERE due.at <= clock.now
       AND CASE l.missed_policy
           WHEN 'all' THEN true
           WHEN 'once' THEN due.at = newest.at
           ELSE due.at = newest.at AND due.at > clock.now - interval '15 minutes'
           END
     ORDER BY due.at
    ON CONFLICT (schedule_id, due_at) DO NOTHING
    RETURNING id
), moved AS (
    UPDATE schedule s
       SET next_due = newest.next,
           last_queued = coalesce(newest.at, s.last_queued)
      FROM newest
     WHERE s.id = newest.id
    RETURNING s.id
)
SELECT (SELECT count(*) FROM added) AS queued, (SELECT count(*) FROM moved) AS moved
