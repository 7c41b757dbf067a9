-- What the mill's first version left open: what was believed between a
-- decision and its being taken back, and Brent's own calendar.
BEGIN;

-- A bar that is rejected and comes back when the row is reopened was not
-- believed in between: what was then, no bar (all null) or the one that its
-- load had replaced. The newest belief of a moment counts, so this one hides
-- the bar that came back.
CREATE TABLE bar_between (
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    ts            timestamptz NOT NULL,
    open          double precision,
    high          double precision,
    low           double precision,
    close         double precision,
    volume        double precision,
    load_id       bigint,
    believed_from timestamptz NOT NULL,
    believed_to   timestamptz NOT NULL,
    PRIMARY KEY (instrument_id, interval_s, ts, believed_from)
);
GRANT SELECT ON bar_between TO quotemill_console, quotemill_worker;

-- The other way round of bar_take_out: bars and their history are as if it had
-- never been; when it was stays known.
CREATE OR REPLACE FUNCTION bar_put_back(instrument bigint, seconds integer, at timestamptz, whose bigint)
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    l    load%ROWTYPE;
    out  bar_undone%ROWTYPE;
    held bar%ROWTYPE;
BEGIN
    SELECT * INTO STRICT l FROM load WHERE id = whose;
    DELETE FROM bar b WHERE b.instrument_id = instrument AND b.interval_s = seconds AND b.ts = at
    RETURNING b.* INTO held;
    IF FOUND THEN
        INSERT INTO bar_history
        SELECT held.*, whose, (SELECT coalesce(o.stored_at, o.created_at) FROM load o WHERE o.id = held.load_id),
               coalesce(l.stored_at, l.created_at);
    END IF;
    DELETE FROM bar_undone u
     WHERE u.instrument_id = instrument AND u.interval_s = seconds AND u.ts = at AND u.load_id = whose
    RETURNING u.* INTO out;
    IF FOUND THEN
        INSERT INTO bar VALUES (instrument, seconds, at, out.open, out.high, out.low, out.close, out.volume, whose);
        INSERT INTO bar_between
        VALUES (instrument, seconds, at, held.open, held.high, held.low, held.close, held.volume, held.load_id,
                out.believed_to, now())
        ON CONFLICT DO NOTHING; -- rejected and reopened within one transaction's time
    END IF;
END $$;
REVOKE EXECUTE ON FUNCTION bar_put_back FROM PUBLIC;

-- Prices of Brent are made in London.
ALTER TABLE calendar DROP CONSTRAINT calendar_holiday_rule_check;
ALTER TABLE calendar ADD CONSTRAINT calendar_holiday_rule_check
    CHECK (holiday_rule IN ('none', 'nyse', 'bist', 'us_federal', 'brent'));
INSERT INTO calendar (name, title, time_zone, weekdays, holiday_rule, late_after, stale_after)
SELECT 'BRENT', 'Brent spot price, as EIA publishes it', 'Europe/London', weekdays, 'brent', late_after, stale_after
  FROM calendar WHERE name = 'EIA'
ON CONFLICT (name) DO NOTHING;
UPDATE instrument SET calendar = 'BRENT' WHERE symbol = 'BRENT' AND calendar = 'EIA';

COMMIT;
