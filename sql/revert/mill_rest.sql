-- What was believed in between is forgotten; Brent keeps to the other prices'
-- calendar.
BEGIN;
UPDATE instrument SET calendar = 'EIA' WHERE calendar = 'BRENT';
DELETE FROM calendar WHERE name = 'BRENT';
UPDATE calendar SET holiday_rule = 'none' WHERE holiday_rule = 'brent';
ALTER TABLE calendar DROP CONSTRAINT calendar_holiday_rule_check;
ALTER TABLE calendar ADD CONSTRAINT calendar_holiday_rule_check
    CHECK (holiday_rule IN ('none', 'nyse', 'bist', 'us_federal'));
-- The other way round: nothing is left of bar_take_out.
CREATE OR REPLACE FUNCTION bar_put_back(instrument bigint, seconds integer, at timestamptz, whose bigint)
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    l load%ROWTYPE;
BEGIN
    SELECT * INTO STRICT l FROM load WHERE id = whose;
    WITH gone AS (
        DELETE FROM bar b WHERE b.instrument_id = instrument AND b.interval_s = seconds AND b.ts = at
        RETURNING b.*
    )
    INSERT INTO bar_history
    SELECT g.instrument_id, g.interval_s, g.ts, g.open, g.high, g.low, g.close, g.volume, g.load_id, whose,
           (SELECT coalesce(o.stored_at, o.created_at) FROM load o WHERE o.id = g.load_id),
           coalesce(l.stored_at, l.created_at)
      FROM gone g;
    WITH back AS (
        DELETE FROM bar_undone u
         WHERE u.instrument_id = instrument AND u.interval_s = seconds AND u.ts = at AND u.load_id = whose
        RETURNING u.*
    )
    INSERT INTO bar
    SELECT b.instrument_id, b.interval_s, b.ts, b.open, b.high, b.low, b.close, b.volume, b.load_id FROM back b;
END $$;
REVOKE EXECUTE ON FUNCTION bar_put_back FROM PUBLIC;
DROP TABLE bar_between;
COMMIT;
