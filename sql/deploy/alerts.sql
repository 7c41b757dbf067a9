-- Alert rules, what they saw, what was told to whom. Names in design.md.
--
-- A rule has a state for each subject (a series' rule: itself; a condition of
-- the pipeline: each provider, instrument, model it holds for). Transitions of
-- states are events; events that belong together are an incident; incidents
-- are told by deliveries, one for each channel. States, events, incidents and
-- deliveries change in one transaction.
BEGIN;

-- Where messages go. Addresses that are secret themselves (Slack's URL) and
-- keys are in `secret`, sealed as QM_KEY_FILE says; settings is what may be
-- shown.
CREATE TABLE channel (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$'),
    kind         text NOT NULL CHECK (kind IN ('console', 'email', 'webhook', 'slack', 'telegram')),
    enabled      boolean NOT NULL DEFAULT true,
    settings     jsonb NOT NULL DEFAULT '{}',
    secret       text,
    -- severities that go here when a rule names no channel
    severities   text[] NOT NULL DEFAULT '{}' CHECK (severities <@ ARRAY['info', 'warning', 'critical']),
    version      integer NOT NULL DEFAULT 1,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    -- how it goes, for people
    sent_at      timestamptz,
    fault_at     timestamptz,
    fault        text
);
CREATE UNIQUE INDEX channel_name ON channel (lower(name));

CREATE TABLE alert_rule (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    -- who may see and change it, beside admins; NULL: it is the installation's,
    -- everybody sees it and admins change it
    owner_id      bigint REFERENCES app_user ON DELETE CASCADE,
    owner         text,                          -- their name
    shared        boolean NOT NULL DEFAULT false, -- everybody may see it
    enabled       boolean NOT NULL DEFAULT true,
    kind          text NOT NULL CHECK (kind IN ('series', 'pipeline')),
    severity      text NOT NULL DEFAULT 'warning' CHECK (severity IN ('info', 'warning', 'critical')),
    -- kind series, as core/alert.h says; terms and operator as
    -- core/alert_words.h writes them
    instrument_id bigint REFERENCES instrument ON DELETE CASCADE,
    interval_s    integer CHECK (interval_s IN (60, 300, 900, 3600, 14400, 86400)),
    left_term     text,
    op            text CHECK (op IN ('above', 'below', 'crosses_above', 'crosses_below')),
    right_term    text,
    for_bars      integer NOT NULL DEFAULT 1 CHECK (for_bars BETWEEN 1 AND 1000),
    clear_level   double precision,
    no_data_s     bigint NOT NULL DEFAULT 0 CHECK (no_data_s >= 0),
    -- kind pipeline, as core/alert_condition.h says
    condition     text,
    threshold     double precision,
    subject       text,                          -- only this one; NULL: any
    -- both
    cooldown_s    bigint NOT NULL DEFAULT 0 CHECK (cooldown_s >= 0),
    once          boolean NOT NULL DEFAULT false,
    channels      bigint[],                      -- NULL: those of the severity
    tell_resolved boolean NOT NULL DEFAULT true,
    remind_s      bigint NOT NULL DEFAULT 0 CHECK (remind_s = 0 OR remind_s >= 60),
    escalate_s    bigint NOT NULL DEFAULT 0 CHECK (escalate_s = 0 OR escalate_s >= 60),
    escalate_to   bigint[],                      -- channels
    note          text NOT NULL DEFAULT '' CHECK (length(note) <= 2000), -- what to do, told with it
    version       integer NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (kind <> 'series' OR (instrument_id IS NOT NULL AND interval_s IS NOT NULL AND left_term IS NOT NULL
                                AND op IS NOT NULL AND right_term IS NOT NULL AND condition IS NULL)),
    CHECK (kind <> 'pipeline' OR (condition IS NOT NULL AND left_term IS NULL AND op IS NULL AND right_term IS NULL)),
    CHECK (escalate_s = 0 OR cardinality(escalate_to) > 0)
);
CREATE INDEX alert_rule_series ON alert_rule (instrument_id, interval_s) WHERE kind = 'series' AND enabled;
CREATE INDEX alert_rule_owner ON alert_rule (owner_id, id);
CREATE INDEX alert_rule_name ON alert_rule (name);

-- Where a rule stands; struct alert_state, a column for each member.
CREATE TABLE alert_state (
    rule_id   bigint NOT NULL REFERENCES alert_rule ON DELETE CASCADE,
    subject   text NOT NULL DEFAULT '',          -- kind series: the symbol; pipeline: what it is about
    phase     text NOT NULL CHECK (phase IN ('ok', 'pending', 'active', 'no_data', 'done', 'fault')),
    before    text NOT NULL DEFAULT 'ok' CHECK (before IN ('ok', 'pending', 'active', 'done')),
    held      integer NOT NULL DEFAULT 0,
    side      smallint NOT NULL DEFAULT 2,
    last_ts   timestamptz,
    since     timestamptz,
    fired_at  timestamptz,
    value     double precision,                  -- of the left term, last
    rule_version integer NOT NULL,               -- a state of another version begins anew
    incident_id bigint,                          -- while active or without data
    -- kind series
    origin    timestamptz,                       -- the first bar that it was evaluated on
    seen      timestamptz,                       -- the newest one ever, also when it went
    marks     bytea NOT NULL DEFAULT '',         -- former states, to begin at when bars change
    PRIMARY KEY (rule_id, subject)
) WITH (fillfactor = 70);
CREATE INDEX alert_state_active ON alert_state (rule_id) WHERE phase IN ('active', 'no_data');
CREATE INDEX alert_state_incident ON alert_state (incident_id) WHERE incident_id IS NOT NULL;

-- Events of one cause, of one owner's rules. tags say what it is about
-- ("provider:binance", "rule:7"): a later event with one of them joins it
-- while it is open.
CREATE TABLE alert_incident (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id  bigint REFERENCES app_user ON DELETE CASCADE, -- as the rules'
    shared    boolean NOT NULL,
    title     text NOT NULL,
    severity  text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')), -- the highest
    tags      text[] NOT NULL,
    opened_at timestamptz NOT NULL,              -- the server's clock, as all below
    closed_at timestamptz,
    events    integer NOT NULL DEFAULT 0,
    tell_at   timestamptz NOT NULL,              -- not told before: more may belong to it
    settled   boolean NOT NULL DEFAULT false,    -- closed, and nothing is owed any more
    acked_by  text,
    acked_at  timestamptz,
    ack_note  text NOT NULL DEFAULT '' CHECK (length(ack_note) <= 2000)
);
CREATE INDEX alert_incident_open ON alert_incident (id) WHERE NOT settled;
CREATE INDEX alert_incident_owner ON alert_incident (owner_id, id);

-- What happened, for ever: also when its rule is gone.
CREATE TABLE alert_event (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id     bigint REFERENCES alert_rule ON DELETE SET NULL,
    rule_name   text NOT NULL,
    owner_id    bigint REFERENCES app_user ON DELETE CASCADE,
    shared      boolean NOT NULL,
    severity    text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('fired', 'resolved', 'data_lost', 'data_back')),
    subject     text NOT NULL,                   -- an instrument's symbol, or as in alert_state
    instrument_id bigint,
    interval_s  integer,
    ts          timestamptz,                     -- the bar's; kind pipeline: NULL
    at          timestamptz NOT NULL,            -- when it was to be known
    left_value  double precision,
    right_value double precision,
    text        text NOT NULL,                   -- one sentence
    retroactive boolean NOT NULL DEFAULT false,  -- found in bars of the past: told to nobody
    incident_id bigint REFERENCES alert_incident,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alert_event_rule ON alert_event (rule_id, id);
CREATE INDEX alert_event_ts ON alert_event (rule_id, ts);
CREATE INDEX alert_event_owner ON alert_event (owner_id, id);
CREATE INDEX alert_event_incident ON alert_event (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX alert_event_instrument ON alert_event (instrument_id, interval_s, ts);

-- Nobody is told of what matches: all that is given must. With weekdays it is
-- a mute window, from from_time to to_time (past midnight when that is
-- earlier) on these days in its zone; otherwise it holds all the time from
-- starts_at to ends_at.
CREATE TABLE silence (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    author_id     bigint REFERENCES app_user ON DELETE CASCADE,
    author        text NOT NULL,
    for_all       boolean NOT NULL DEFAULT false, -- an admin's: also others' own rules
    reason        text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    rule_id       bigint REFERENCES alert_rule ON DELETE CASCADE,
    instrument_id bigint REFERENCES instrument ON DELETE CASCADE,
    provider      text REFERENCES provider ON UPDATE CASCADE ON DELETE CASCADE,
    severity      text CHECK (severity IN ('info', 'warning', 'critical')), -- this one and lower
    starts_at     timestamptz NOT NULL DEFAULT now(),
    ends_at       timestamptz,                   -- NULL: a mute window without end
    weekdays      smallint CHECK (weekdays BETWEEN 1 AND 127), -- bit 0 Monday
    from_time     time,
    to_time       time,
    time_zone     text CHECK (time_zone IS NULL OR timestamptz 'epoch' AT TIME ZONE time_zone IS NOT NULL),
    created_at    timestamptz NOT NULL DEFAULT now(),
    ended_by      text,                          -- who ended it early, at ends_at
    CHECK (ends_at > starts_at OR ended_by IS NOT NULL),
    CHECK ((weekdays IS NULL) = (from_time IS NULL) AND (weekdays IS NULL) = (to_time IS NULL)
           AND (weekdays IS NULL) = (time_zone IS NULL)),
    CHECK (ends_at IS NOT NULL OR weekdays IS NOT NULL)
);
CREATE INDEX silence_end ON silence (ends_at);
CREATE INDEX silence_author ON silence (author_id);
CREATE INDEX silence_rule ON silence (rule_id);
CREATE INDEX silence_instrument ON silence (instrument_id);
CREATE INDEX silence_provider ON silence (provider);

-- Until when a silence that holds at that moment goes on holding; NULL: it does
-- not hold then. A mute window goes by the clock on its zone's walls.
CREATE FUNCTION silence_until(s silence, at timestamptz) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
    wall  timestamp := at AT TIME ZONE s.time_zone;
    day   date := wall::date;
    night boolean := s.to_time <= s.from_time;
BEGIN
    IF at < s.starts_at OR at >= s.ends_at THEN
        RETURN NULL;
    ELSIF s.weekdays IS NULL THEN
        RETURN s.ends_at;
    ELSIF night AND wall::time < s.to_time THEN
        day := day - 1;
    ELSIF wall::time < s.from_time OR NOT night AND wall::time >= s.to_time THEN
        RETURN NULL;
    END IF;
    IF s.weekdays & (1 << (extract(isodow FROM day)::integer - 1)) = 0 THEN
        RETURN NULL;
    END IF;
    -- Its end is past by the clock where the hour comes twice.
    RETURN least(s.ends_at, greatest((day + s.to_time + CASE WHEN night THEN interval '1 day' ELSE interval '0' END)
                                         AT TIME ZONE s.time_zone, at + interval '1 minute'));
END $$;

-- Whether a silence is about an event of an incident with these tags. An
-- incident is silenced while all its rules' firings are.
CREATE FUNCTION silence_covers(s silence, e alert_event, tags text[]) RETURNS boolean LANGUAGE sql STABLE
RETURN (s.for_all OR e.shared OR e.owner_id IS NULL OR coalesce(e.owner_id = s.author_id, false))
   AND (s.rule_id IS NULL OR coalesce(s.rule_id = e.rule_id, false))
   AND (s.provider IS NULL OR 'provider:' || s.provider = ANY (tags))
   AND (s.severity IS NULL OR array_position('{info,warning,critical}', e.severity)
                              <= array_position('{info,warning,critical}', s.severity))
   AND (s.instrument_id IS NULL OR coalesce(s.instrument_id = e.instrument_id, false)
        OR e.instrument_id IS NULL AND EXISTS (SELECT FROM instrument i WHERE i.id = s.instrument_id AND i.symbol = e.subject));

-- Those that hold now.
CREATE VIEW silence_now AS
SELECT s AS silence, s.id, s.author, s.reason, u.until
  FROM silence s CROSS JOIN LATERAL (SELECT silence_until(s, now()) AS until) u
 WHERE (s.ends_at IS NULL OR s.ends_at > now()) AND u.until IS NOT NULL;

-- One message to one channel: the outbox. The text is made at the first try
-- and is the same at every other one, as is the key, which receivers use to
-- drop what came twice.
--   waiting  to be sent at not_before or later
--   sending  somebody tries until lease_until
--   sent     the server took it
--   dead     given up; a person may send it again
--   dropped  what it would have told was over before it went out
CREATE TABLE delivery (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key          uuid NOT NULL DEFAULT gen_random_uuid(),
    channel_id   bigint REFERENCES channel ON DELETE SET NULL,
    channel_name text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('opened', 'resolved', 'reminder', 'escalated', 'test')),
    severity     text NOT NULL,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'dead', 'dropped')),
    not_before   timestamptz NOT NULL DEFAULT now(),
    attempts     integer NOT NULL DEFAULT 0,
    title        text,
    body         text,
    worker       text,
    lease_until  timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    tried_at     timestamptz,                    -- last
    sent_at      timestamptz,
    answer       text,                           -- the server's, its beginning
    error        text,                           -- of the last try, in words
    asked_by     text                            -- a test's or a repetition's
);
CREATE INDEX delivery_due ON delivery (not_before) WHERE state IN ('waiting', 'sending');
CREATE INDEX delivery_channel ON delivery (channel_id, id);
CREATE INDEX delivery_owed ON delivery (channel_id, state) WHERE state IN ('waiting', 'sending', 'dead');
CREATE TABLE delivery_incident (
    delivery_id bigint NOT NULL REFERENCES delivery ON DELETE CASCADE,
    incident_id bigint NOT NULL REFERENCES alert_incident ON DELETE CASCADE,
    PRIMARY KEY (incident_id, delivery_id)
);
CREATE INDEX delivery_incident_delivery ON delivery_incident (delivery_id);

-- Bars that came, changed or went and no rule has looked at: as bar_dirty, and
-- with the bars that the mill builds. Only of series that have a rule.
CREATE TABLE alert_dirty (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    from_ts       timestamptz NOT NULL,
    to_ts         timestamptz NOT NULL,          -- opening time of the last one
    created_at    timestamptz NOT NULL DEFAULT now(),
    -- to be looked at then, by the clock that data is judged by: when its first
    -- bar is over
    due_ts        timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE FUNCTION alert_dirty_note() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO alert_dirty (instrument_id, interval_s, from_ts, to_ts)
    SELECT c.instrument_id, c.interval_s, c.from_ts, c.to_ts
      FROM changed c
     WHERE EXISTS (SELECT FROM alert_rule r
                    WHERE r.instrument_id = c.instrument_id AND r.interval_s = c.interval_s
                      AND r.kind = 'series' AND r.enabled);
    RETURN NULL;
END $$;
CREATE TRIGGER alert_dirty_bars AFTER INSERT ON bar_dirty REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION alert_dirty_note();

-- Whoever waits for work of alerts hears of it on channel alert_due.
CREATE FUNCTION alert_due_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('alert_due', '');
    RETURN NULL;
END $$;
CREATE TRIGGER alert_due AFTER INSERT ON alert_dirty
    FOR EACH ROW WHEN (NEW.due_ts = '-infinity') EXECUTE FUNCTION alert_due_notify();
CREATE TRIGGER alert_due AFTER INSERT OR UPDATE OR DELETE ON alert_rule
    FOR EACH STATEMENT EXECUTE FUNCTION alert_due_notify();
CREATE TRIGGER alert_due AFTER INSERT OR UPDATE OR DELETE ON silence
    FOR EACH STATEMENT EXECUTE FUNCTION alert_due_notify();
CREATE TRIGGER alert_due AFTER INSERT ON delivery
    FOR EACH STATEMENT EXECUTE FUNCTION alert_due_notify();
CREATE TRIGGER alert_due_again AFTER UPDATE ON delivery
    FOR EACH ROW WHEN (NEW.state = 'waiting' AND OLD.state = 'dead') EXECUTE FUNCTION alert_due_notify();
CREATE TRIGGER alert_due AFTER UPDATE OF state ON run
    FOR EACH ROW WHEN (NEW.state NOT IN ('queued', 'running') AND NEW.state <> OLD.state)
    EXECUTE FUNCTION alert_due_notify();

-- Since when a provider has given nothing but faults of its own, since which
-- run, and how many: a load that came later ends that (rate_fault.sql).
ALTER TABLE rate_bucket
    ADD COLUMN failing_since timestamptz,
    ADD COLUMN failing_run   bigint,
    ADD COLUMN faults        integer NOT NULL DEFAULT 0;

-- Enabled providers that do not answer: one that told us to stay away for over
-- a minute, and one that has given nothing but faults, three at least or those
-- that made a run give it up. Where that run had answers before, it is the
-- provider's fault only when three sources have failed since.
CREATE VIEW provider_outage AS
SELECT p.name AS provider, p.title, b.fault_kind, b.faults,
       CASE WHEN b.blocked_until > now() THEN b.blocked_until END AS blocked_until,
       coalesce(l.created_at, b.failing_since, b.fault_at) AS since, l.created_at AS success_at
  FROM provider p
  JOIN rate_bucket b ON b.provider = p.name
  LEFT JOIN LATERAL (SELECT created_at FROM load WHERE load.provider = p.name ORDER BY created_at DESC LIMIT 1) l ON true
 WHERE p.enabled
   AND (b.blocked_until > now() + interval '1 minute'
        OR (l.created_at IS NULL OR l.created_at < b.failing_since)
           AND (b.faults >= 3 OR EXISTS (SELECT FROM run r WHERE r.id = b.failing_run AND r.finished_at IS NOT NULL))
           AND (NOT EXISTS (SELECT FROM load WHERE load.run_id = b.fault_run AND load.provider = p.name)
                OR 3 <= (SELECT count(*) FROM step s JOIN step_source ss ON ss.step_id = s.id
                          WHERE s.run_id = b.fault_run AND s.kind = 'fetch' AND ss.state = 'failed'
                            AND ss.provider = p.name AND ss.finished_at > l.created_at))
           AND NOT EXISTS (SELECT FROM step s JOIN step_source ss ON ss.step_id = s.id
                            WHERE s.run_id >= b.failing_run AND ss.provider = p.name AND ss.state = 'succeeded'
                              AND ss.finished_at > b.fault_at));

-- Where the database's files are, as far as the deploying role may know it.
CREATE FUNCTION alert_data_directory() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
    RETURN current_setting('data_directory');
EXCEPTION WHEN insufficient_privilege THEN
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION alert_data_directory FROM PUBLIC;

-- Runs end with step alert.
ALTER TABLE step DROP CONSTRAINT step_kind_check,
    ADD CONSTRAINT step_kind_check CHECK (kind IN ('fetch', 'process', 'retrain', 'alert'));

GRANT SELECT ON channel, alert_rule, alert_state, alert_incident, alert_event, silence, silence_now, delivery,
    delivery_incident, provider_outage TO quotemill_console;
GRANT INSERT, UPDATE, DELETE ON channel, alert_rule, silence TO quotemill_console;
GRANT UPDATE (rule_version) ON alert_state TO quotemill_console;
GRANT UPDATE (acked_by, acked_at, ack_note) ON alert_incident TO quotemill_console;
GRANT INSERT ON delivery TO quotemill_console;
GRANT UPDATE (state, not_before, attempts, asked_by) ON delivery TO quotemill_console;

GRANT SELECT ON channel, alert_rule, silence, silence_now, provider_outage TO quotemill_worker;
GRANT EXECUTE ON FUNCTION alert_data_directory TO quotemill_worker, quotemill_console;
GRANT UPDATE (sent_at, fault_at, fault) ON channel TO quotemill_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON alert_state, alert_dirty TO quotemill_worker;
GRANT SELECT, INSERT, UPDATE ON alert_incident, alert_event, delivery, delivery_incident TO quotemill_worker;
REVOKE EXECUTE ON FUNCTION alert_due_notify, alert_dirty_note FROM PUBLIC;

-- What an installation begins with: everybody sees it in the console.
INSERT INTO channel (name, kind, severities, created_by)
VALUES ('Console', 'console', '{info,warning,critical}', 'quotemill');
INSERT INTO alert_rule (name, kind, severity, condition, threshold) VALUES
    ('A run failed',                    'pipeline', 'critical', 'run_failed', NULL),
    ('Runs keep missing some sources',  'pipeline', 'warning',  'run_partial', 3),
    ('Data is late',                    'pipeline', 'warning',  'data_late', NULL),
    ('A provider does not answer',      'pipeline', 'warning',  'breaker_open', NULL),
    ('A model candidate was refused',   'pipeline', 'info',     'model_refused', NULL),
    ('A disk is nearly full',           'pipeline', 'critical', 'disk_low', 10),
    ('The queue does not move',         'pipeline', 'critical', 'queue_stuck', 30);

COMMIT;
