BEGIN;

-- An instrument's own severity or threshold of a rule; NULL: the rule's.
CREATE TABLE instrument_rule (
    instrument_id bigint NOT NULL REFERENCES instrument ON DELETE CASCADE,
    rule          text NOT NULL REFERENCES validation_rule,
    severity      text CHECK (severity IN ('refuse', 'flag', 'off')),
    threshold     double precision CHECK (threshold > 0),
    PRIMARY KEY (instrument_id, rule),
    CHECK (severity IS NOT NULL OR threshold IS NOT NULL)
);

INSERT INTO validation_rule VALUES
    ('session',      'flag', 6,    'the bar opens in a session of the calendar; one shorter than a day within this many hours of one'),
    ('jump_z',       'flag', 10,   'the move from the bar before is within this many times the usual of the last 64 bars'),
    ('volume_spike', 'flag', 50,   'the volume is within this many times the average of the last 64 bars, either way'),
    ('agreement',    'flag', 0.01, 'the close is within this fraction of what another provider says')
ON CONFLICT DO NOTHING;
UPDATE validation_rule
   SET threshold = 0.5,
       description = 'the change from the bar before is within the instrument''s jump limit, or this fraction'
 WHERE name = 'jump' AND threshold IS NULL;

-- What another provider said of bars that are stored, the newest word only. No
-- foreign keys, as with bar.
CREATE TABLE bar_check (
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    ts            timestamptz NOT NULL,
    provider      text NOT NULL,
    open          double precision NOT NULL,
    high          double precision NOT NULL,
    low           double precision NOT NULL,
    close         double precision NOT NULL,
    volume        double precision,
    load_id       bigint NOT NULL,
    PRIMARY KEY (instrument_id, interval_s, ts, provider)
);

-- How far the rows of a day can be trusted (core/quality.h).
CREATE TABLE quality (
    instrument_id bigint NOT NULL REFERENCES instrument ON DELETE CASCADE,
    interval_s    integer NOT NULL,
    ts            timestamptz NOT NULL, -- the day, at 00:00 UTC
    expected      integer NOT NULL,     -- bars, by the calendar
    present       integer NOT NULL,     -- of those expected
    stored        integer NOT NULL,     -- bars in all
    refused       integer NOT NULL,     -- rows with an open refusal
    flagged       integer NOT NULL,     -- stored rows with an open doubt
    compared      integer NOT NULL,     -- bars of which another provider said something
    agreed        integer NOT NULL,     -- and what was near enough
    score         double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
    PRIMARY KEY (instrument_id, interval_s, ts)
);
CREATE INDEX quality_low ON quality (ts) WHERE score < 0.9;

-- Days of which something came, went or was decided since their quality was
-- computed; written in the transaction that did it.
CREATE TABLE quality_dirty (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    from_ts       timestamptz NOT NULL,
    to_ts         timestamptz NOT NULL -- inclusive
);
CREATE INDEX quality_dirty_instrument ON quality_dirty (instrument_id, interval_s);

CREATE FUNCTION quality_dirty_ranges() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO quality_dirty (instrument_id, interval_s, from_ts, to_ts)
    SELECT instrument_id, interval_s, from_ts, to_ts FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION quality_dirty_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO quality_dirty (instrument_id, interval_s, from_ts, to_ts)
    SELECT DISTINCT instrument_id, interval_s, date_trunc('day', ts, 'UTC'), date_trunc('day', ts, 'UTC')
      FROM changed WHERE ts BETWEEN '0001-01-01Z' AND '9999-12-31Z';
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION quality_dirty_ranges, quality_dirty_days FROM PUBLIC;

CREATE TRIGGER quality_dirty_bars AFTER INSERT ON bar_dirty REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION quality_dirty_ranges();
CREATE TRIGGER quality_dirty_new AFTER INSERT ON quarantine REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION quality_dirty_days();
CREATE TRIGGER quality_dirty_decided AFTER UPDATE ON quarantine REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION quality_dirty_days();
CREATE TRIGGER quality_dirty_checked AFTER INSERT ON bar_check REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION quality_dirty_days();
CREATE TRIGGER quality_dirty_checked_again AFTER UPDATE ON bar_check REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION quality_dirty_days();

-- All that is stored already.
INSERT INTO quality_dirty (instrument_id, interval_s, from_ts, to_ts)
SELECT instrument_id, interval_s, min(ts), max(ts) FROM bar GROUP BY 1, 2;

GRANT SELECT ON instrument_rule, bar_check, quality TO quotemill_console;
GRANT INSERT, UPDATE, DELETE ON instrument_rule TO quotemill_console;
GRANT UPDATE (severity, threshold) ON validation_rule TO quotemill_console;
GRANT UPDATE (price_min, price_max, jump_frac) ON instrument TO quotemill_console;
GRANT SELECT ON instrument_rule TO quotemill_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON bar_check, quality TO quotemill_worker;
GRANT SELECT, DELETE ON quality_dirty TO quotemill_worker;

COMMIT;
