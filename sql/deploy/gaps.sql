-- Gaps: what a backfill of exactly some ranges is asked for.
BEGIN;

-- A run with ranges fetches and stores bars that open in them, and no others.
CREATE TABLE run_range (
    run_id        bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    instrument_id bigint NOT NULL REFERENCES instrument,
    interval_s    integer NOT NULL,
    from_ts       timestamptz NOT NULL, -- opening times of the first bar
    to_ts         timestamptz NOT NULL, -- and of the last
    PRIMARY KEY (run_id, instrument_id, interval_s, from_ts),
    CHECK (from_ts <= to_ts)
);
GRANT SELECT, INSERT ON run_range TO quotemill_console, quotemill_worker;

-- Which intervals of an instrument somebody brought bars of; the others are
-- built.
CREATE INDEX load_brought ON load (instrument_id, interval_s) WHERE kind <> 'derived' AND state = 'stored';

-- Daily series of FRED that are published on the next business day, such as
-- the rates of H.15: a Friday's value comes on Monday evening, or on Tuesday
-- after a holiday.
INSERT INTO calendar VALUES
    ('FRED', 'FRED daily series', 'America/New_York', 31, 'us_federal', '5 days', '5 days')
ON CONFLICT DO NOTHING;

COMMIT;
