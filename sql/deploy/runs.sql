BEGIN;

CREATE TABLE schedule (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL UNIQUE,
    enabled       boolean NOT NULL DEFAULT true,
    frequency     text NOT NULL CHECK (frequency IN ('minutes', 'hourly', 'daily', 'weekly', 'monthly')),
    every         integer NOT NULL DEFAULT 1 CHECK (every BETWEEN 1 AND 1440),
    at_time       time NOT NULL DEFAULT '00:00',
    weekday       smallint CHECK (weekday BETWEEN 1 AND 7),   -- ISO, Monday 1
    month_day     smallint CHECK (month_day BETWEEN 1 AND 31), -- past a month's end: its last day
    time_zone     text NOT NULL DEFAULT 'UTC' -- an IANA name; an unknown one is refused
                  CHECK (timestamptz 'epoch' AT TIME ZONE time_zone IS NOT NULL),
    mode          text NOT NULL DEFAULT 'incremental' CHECK (mode IN ('incremental', 'full_refresh', 'backfill')),
    instruments   bigint[],  -- NULL: all active
    steps         text[] NOT NULL DEFAULT '{fetch,process,retrain}',
    missed_policy text NOT NULL DEFAULT 'once' CHECK (missed_policy IN ('skip', 'once', 'all')),
    max_age       interval NOT NULL DEFAULT '1 day',
    next_due      timestamptz,
    last_queued   timestamptz,
    CHECK (frequency <> 'weekly' OR weekday IS NOT NULL),
    CHECK (frequency <> 'monthly' OR month_day IS NOT NULL)
);

CREATE TABLE run (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mode          text NOT NULL CHECK (mode IN ('incremental', 'full_refresh', 'backfill')),
    trigger       text NOT NULL CHECK (trigger IN ('timer', 'console', 'api', 'cli', 'upload')),
    requested_by  text NOT NULL,
    reason        text NOT NULL DEFAULT '',
    lane          smallint NOT NULL CHECK (lane BETWEEN 0 AND 2), -- manual, scheduled, backfill
    state         text NOT NULL DEFAULT 'queued' CHECK (state IN
                  ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled', 'timed_out', 'lost')),
    instruments   bigint[],            -- NULL: all active
    providers     text[],              -- NULL: all enabled
    from_ts       timestamptz,
    to_ts         timestamptz,
    steps         text[] NOT NULL,
    schedule_id   bigint REFERENCES schedule ON DELETE SET NULL,
    due_at        timestamptz,         -- the schedule's time that this run answers
    retry_of      bigint REFERENCES run,
    attempt       integer NOT NULL DEFAULT 0,
    max_attempts  integer NOT NULL DEFAULT 3,
    queued_at     timestamptz NOT NULL DEFAULT now(),
    not_before    timestamptz NOT NULL DEFAULT now(),
    started_at    timestamptz,
    finished_at   timestamptz,
    worker        text,                -- host:pid:nonce of the lease's holder
    lease_until   timestamptz,
    heartbeat_at  timestamptz,
    cancel_by     text,                -- who asked to cancel
    error         text,
    rows_new      bigint NOT NULL DEFAULT 0,
    rows_same     bigint NOT NULL DEFAULT 0,
    rows_changed  bigint NOT NULL DEFAULT 0,
    rows_refused  bigint NOT NULL DEFAULT 0,
    simulated     boolean NOT NULL DEFAULT false,
    UNIQUE (schedule_id, due_at)
);
CREATE INDEX run_queue ON run (lane, id) WHERE state = 'queued';
CREATE INDEX run_running ON run (id) WHERE state = 'running';
CREATE INDEX run_state ON run (state, id);
-- The overview's strips of days, and the bad ones among many.
CREATE INDEX run_schedule ON run (schedule_id, queued_at DESC) INCLUDE (id, state);
CREATE INDEX run_schedule_bad ON run (schedule_id, queued_at DESC) INCLUDE (id, state)
    WHERE state IN ('failed', 'timed_out', 'lost', 'partial');
ALTER TABLE load ADD FOREIGN KEY (run_id) REFERENCES run;

CREATE TABLE step (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id       bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    seq          smallint NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('fetch', 'process', 'retrain')),
    state        text NOT NULL DEFAULT 'queued' CHECK (state IN
                 ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled', 'timed_out', 'skipped')),
    attempt      integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 3,
    timeout_s    integer NOT NULL DEFAULT 3600,
    started_at   timestamptz,
    finished_at  timestamptz,
    error        text,
    detail       text NOT NULL DEFAULT '',
    UNIQUE (run_id, seq)
);

-- One source (instrument, or model in the retrain step) of a step.
CREATE TABLE step_source (
    step_id       bigint NOT NULL REFERENCES step ON DELETE CASCADE,
    source        text NOT NULL,       -- symbol, or model name
    instrument_id bigint REFERENCES instrument,
    provider      text,                -- the one that answered
    state         text NOT NULL DEFAULT 'queued' CHECK (state IN
                  ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped')),
    attempts      integer NOT NULL DEFAULT 0,  -- requests sent, or tries made
    error_kind    text,                -- network, timeout, rate_limited, ...
    error         text,                -- in words
    next_action   text,                -- what happens next, in words
    detail        text NOT NULL DEFAULT '',    -- provider used and why
    rows_new      bigint NOT NULL DEFAULT 0,
    rows_same     bigint NOT NULL DEFAULT 0,
    rows_changed  bigint NOT NULL DEFAULT 0,
    rows_refused  bigint NOT NULL DEFAULT 0,
    checkpoint_ts timestamptz,         -- fetched up to here
    started_at    timestamptz,
    finished_at   timestamptz,
    PRIMARY KEY (step_id, source)
);

CREATE TABLE run_log (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    level  smallint NOT NULL,
    event  text NOT NULL,
    text   text NOT NULL
);
CREATE INDEX run_log_run ON run_log (run_id, id);

-- Anything queued wakes whoever waits for work.
CREATE FUNCTION run_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('run_queued', NEW.id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER run_notify AFTER INSERT OR UPDATE OF state ON run
    FOR EACH ROW WHEN (NEW.state = 'queued') EXECUTE FUNCTION run_notify();

-- The first due time strictly after `after`. Local wall-clock time in `zone`:
-- a time that a change of the clocks skips fires at the moment of the change
-- (the wall clock's first valid instant after it), one that it repeats fires
-- once, the first time. 'minutes' and 'hourly' count in elapsed time from the
-- epoch's midnight UTC, so clocks do not matter to them.
CREATE FUNCTION schedule_next(frequency text, every integer, at_time time, weekday smallint,
                              month_day smallint, zone text, after timestamptz)
RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
    step interval;
    day  date;
    due  timestamptz;
BEGIN
    IF frequency IN ('minutes', 'hourly') THEN
        step := CASE frequency WHEN 'minutes' THEN every * interval '1 minute'
                               ELSE every * interval '1 hour' END;
        -- hourly runs at the minute of at_time
        RETURN date_bin(step, after, timestamptz 'epoch'
                   + CASE frequency WHEN 'hourly' THEN extract(minute FROM at_time) * interval '1 minute'
                                    ELSE interval '0' END) + step;
    END IF;
    day := (after AT TIME ZONE zone)::date - 1;
    FOR i IN 0 .. 800 LOOP
        IF frequency = 'daily'
           OR frequency = 'weekly' AND extract(isodow FROM day) = weekday
           OR frequency = 'monthly' AND day = least(
                  date_trunc('month', day::timestamp)::date + (month_day - 1),
                  (date_trunc('month', day::timestamp) + interval '1 month - 1 day')::date) THEN
            due := schedule_instant(day, at_time, zone);
            IF due > after THEN
                RETURN due;
            END IF;
        END IF;
        day := day + 1;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION schedule_instant(day date, at_time time, zone text)
RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
    wall  timestamp := day + at_time;
    guess timestamptz := wall AT TIME ZONE zone;
    early timestamptz;
BEGIN
    -- A wall time that does not exist is shifted by PostgreSQL: find the change
    -- (up to a day long where a zone crossed the date line).
    IF guess AT TIME ZONE zone <> wall THEN
        SELECT min(t) INTO early
          FROM generate_series(date_trunc('minute', guess) - interval '26 hours',
                               guess + interval '26 hours', interval '1 minute') t
         WHERE t AT TIME ZONE zone > wall;
        RETURN early;
    END IF;
    -- A repeated wall time: the earlier of the two.
    SELECT min(t) INTO early
      FROM generate_series(guess - interval '3 hours', guess, interval '15 minutes') t
     WHERE t AT TIME ZONE zone = wall;
    RETURN early;
END $$;

COMMIT;
