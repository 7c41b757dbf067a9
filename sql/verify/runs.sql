SELECT id, name, enabled, frequency, every, at_time, weekday, month_day, time_zone, mode, instruments, steps,
       missed_policy, max_age, next_due, last_queued
  FROM schedule WHERE false;
SELECT id, mode, trigger, requested_by, reason, lane, state, instruments, providers, from_ts, to_ts, steps,
       schedule_id, due_at, retry_of, attempt, max_attempts, queued_at, not_before, started_at, finished_at, worker,
       lease_until, heartbeat_at, cancel_by, error, rows_new, rows_same, rows_changed, rows_refused, simulated
  FROM run WHERE false;
SELECT id, run_id, seq, kind, state, attempt, max_attempts, timeout_s, started_at, finished_at, error, detail
  FROM step WHERE false;
SELECT step_id, source, instrument_id, provider, state, attempts, error_kind, error, next_action, detail, rows_new,
       rows_same, rows_changed, rows_refused, checkpoint_ts, started_at, finished_at
  FROM step_source WHERE false;
SELECT id, run_id, at, level, event, text FROM run_log WHERE false;
DO $$
BEGIN
    ASSERT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'run_notify' AND tgrelid = 'run'::regclass),
        'the trigger run_notify on run';
    ASSERT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'load'::regclass AND confrelid = 'run'::regclass),
        'load.run_id references run';
    ASSERT schedule_next('daily', 1, '12:00', NULL, NULL, 'UTC', '2026-01-01T12:00Z') = '2026-01-02T12:00Z',
        'schedule_next';
END $$;
