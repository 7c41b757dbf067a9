BEGIN;

-- What is computed from bars: NULL until warm. Columns are those of
-- core/indicators/indicators.def and core/features.def. Kept for intervals of
-- an hour and longer; for shorter ones it is computed when asked for, from the
-- saved states. Bars of a bucket that is not over yet are computed, too, and
-- computed again as the bucket grows. No foreign keys, as with bar.
CREATE TABLE indicator (
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    ts            timestamptz NOT NULL,
    sma_20                 double precision,
    sma_50                 double precision,
    sma_100                double precision,
    sma_200                double precision,
    ema_12                 double precision,
    ema_26                 double precision,
    ema_50                 double precision,
    rsi_14                 double precision,
    macd                   double precision,
    macd_signal            double precision,
    macd_hist              double precision,
    bb_upper               double precision,
    bb_middle              double precision,
    bb_lower               double precision,
    stoch_k                double precision,
    stoch_d                double precision,
    atr_14                 double precision,
    adx_14                 double precision,
    vwap                   double precision,
    volume_sma_20          double precision,
    PRIMARY KEY (instrument_id, interval_s, ts)
);
CREATE TABLE feature (
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    ts            timestamptz NOT NULL,
    version       smallint NOT NULL, -- of the list of features
    return_1               double precision,
    return_5               double precision,
    return_10              double precision,
    log_return_1           double precision,
    log_return_5           double precision,
    log_return_10          double precision,
    momentum_10            double precision,
    volatility_5           double precision,
    volatility_10          double precision,
    volatility_20          double precision,
    high_low_ratio         double precision,
    volume_change          double precision,
    volume_momentum_10     double precision,
    volume_ratio_20        double precision,
    price_volume_trend_20  double precision,
    rsi_zone               double precision,
    macd_cross             double precision,
    bollinger_position     double precision,
    bollinger_width        double precision,
    bollinger_squeeze      double precision,
    distance_sma_20        double precision,
    distance_sma_50        double precision,
    distance_sma_100       double precision,
    distance_sma_200       double precision,
    distance_ema_12        double precision,
    distance_ema_26        double precision,
    distance_ema_50        double precision,
    distance_vwap          double precision,
    hour                   double precision,
    weekday                double precision,
    market_open            double precision,
    PRIMARY KEY (instrument_id, interval_s, ts)
);

-- Where bars came, changed or went and nothing was computed from them yet;
-- written in the transaction that wrote the bars.
CREATE TABLE bar_dirty (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    from_ts       timestamptz NOT NULL,
    to_ts         timestamptz NOT NULL, -- opening time of the last one
    load_id       bigint,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX bar_dirty_instrument ON bar_dirty (instrument_id, interval_s);

-- struct feature_state after the bar that opens at through_ts, every so many
-- bars, for every interval: computing begins at the newest one before the
-- bars that are asked for. Never one of a bucket that may still grow.
CREATE TABLE mill_state (
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    through_ts    timestamptz NOT NULL,
    version       integer NOT NULL, -- mill_version: states of others are made anew
    state         bytea NOT NULL,
    PRIMARY KEY (instrument_id, interval_s, through_ts)
);
ALTER TABLE mill_state ALTER COLUMN state SET STORAGE EXTERNAL;

-- The version by which all of an instrument was last computed: what is of
-- another is computed anew.
CREATE TABLE milled (
    instrument_id bigint PRIMARY KEY,
    version       integer NOT NULL,
    milled_at     timestamptz NOT NULL DEFAULT now()
);

-- As before, and says what is to be milled. What was built from minutes goes
-- and comes with them, not by itself.
CREATE OR REPLACE FUNCTION load_undo(load_id bigint, OUT removed bigint, OUT restored bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    l load%ROWTYPE;
    first timestamptz;
    last  timestamptz;
    touched_from timestamptz;
    touched_to   timestamptz;
    back_from timestamptz;
    back_to   timestamptz;
BEGIN
    SELECT * INTO STRICT l FROM load WHERE id = load_undo.load_id FOR UPDATE;
    PERFORM pg_advisory_xact_lock(hashtextextended('bar', l.instrument_id));
    -- what an upload says of its rows is exact
    first := CASE l.kind WHEN 'upload' THEN coalesce(l.from_ts, 'infinity') ELSE '-infinity' END;
    last := CASE l.kind WHEN 'upload' THEN coalesce(l.to_ts, '-infinity') ELSE 'infinity' END;
    IF l.state <> 'stored' OR l.kind = 'derived' OR EXISTS (
        SELECT FROM bar_history h
         WHERE h.instrument_id = l.instrument_id AND h.interval_s = l.interval_s AND h.ts BETWEEN first AND last
           AND h.load_id = l.id) THEN
        RAISE EXCEPTION 'load % cannot be undone now', l.id USING ERRCODE = 'exclusion_violation';
    END IF;
    WITH gone AS (
        DELETE FROM bar b
         WHERE b.instrument_id = l.instrument_id AND b.interval_s = l.interval_s AND b.ts BETWEEN first AND last
           AND b.load_id = l.id
        RETURNING b.*
    ), kept AS (
        INSERT INTO bar_undone
        SELECT g.instrument_id, g.interval_s, g.ts, g.open, g.high, g.low, g.close, g.volume, g.load_id,
               l.stored_at, now()
          FROM gone g
    )
    SELECT count(*), min(g.ts), max(g.ts) INTO removed, touched_from, touched_to FROM gone g;
    WITH back AS (
        DELETE FROM bar_history h
         WHERE h.replaced_by = l.id AND h.instrument_id = l.instrument_id AND h.interval_s = l.interval_s
        RETURNING h.*
    ), kept AS (
        INSERT INTO bar
        SELECT b.instrument_id, b.interval_s, b.ts, b.open, b.high, b.low, b.close, b.volume, b.load_id FROM back b
    )
    SELECT count(*), min(b.ts), max(b.ts) INTO restored, back_from, back_to FROM back b;
    touched_from := least(touched_from, back_from);
    touched_to := greatest(touched_to, back_to);
    IF touched_from IS NOT NULL THEN
        INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts, load_id)
        VALUES (l.instrument_id, l.interval_s, touched_from, touched_to, l.id);
    END IF;
    removed := removed - restored;
    UPDATE load SET state = 'undone' WHERE id = l.id;
END $$;

-- All that is stored already.
INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts)
SELECT instrument_id, interval_s, min(ts), max(ts) FROM bar GROUP BY 1, 2;

GRANT SELECT ON indicator, feature, bar_dirty, mill_state, milled TO quotemill_console;
GRANT SELECT, INSERT, UPDATE, DELETE ON indicator, feature, bar_dirty, mill_state, milled TO quotemill_worker;
GRANT INSERT ON bar_undone TO quotemill_worker;

COMMIT;
