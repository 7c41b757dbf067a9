BEGIN;

-- When a calendar's last session is expected to be there: sessions on the
-- weekdays of the mask (bit 0 Monday), less the holidays of `rule`; the bar of
-- a session is due late_after after the session's date 00:00 UTC and counts as
-- stale stale_after later. core/calendar.c knows the rules by name.
CREATE TABLE calendar (
    name         text PRIMARY KEY,
    title        text NOT NULL,
    time_zone    text NOT NULL,
    weekdays     smallint NOT NULL CHECK (weekdays BETWEEN 1 AND 127),
    holiday_rule text NOT NULL CHECK (holiday_rule IN ('none', 'nyse', 'bist', 'us_federal')),
    late_after   interval NOT NULL,
    stale_after  interval NOT NULL
);

CREATE TABLE instrument (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    symbol     text NOT NULL CHECK (symbol ~ '^[A-Za-z0-9][A-Za-z0-9.=^_/-]{0,31}$'),
    title      text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('crypto', 'stock', 'energy', 'index', 'fx', 'derived')),
    currency   text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3,5}$'),
    calendar   text NOT NULL REFERENCES calendar,
    interval_s integer NOT NULL DEFAULT 86400 CHECK (interval_s IN (60, 300, 900, 3600, 14400, 86400)),
    -- bounds of a plausible price; a price of zero or less needs price_min below it
    price_min  double precision,
    price_max  double precision,
    -- largest plausible change from one bar to the next, as a fraction; flags, never refuses
    jump_frac  double precision CHECK (jump_frac > 0),
    active     boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX instrument_symbol ON instrument (lower(symbol));

CREATE TABLE provider (
    name            text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,30}$'),
    title           text NOT NULL,
    -- the parser and URL maker: a name in core/providers/providers.def
    driver          text NOT NULL,
    base_url        text NOT NULL,
    enabled         boolean NOT NULL DEFAULT true,
    priority        integer NOT NULL DEFAULT 100,
    -- token bucket: refill per minute and its size; requests at once
    rate_per_minute double precision NOT NULL CHECK (rate_per_minute > 0),
    burst           double precision NOT NULL CHECK (burst >= 1),
    max_parallel    integer NOT NULL CHECK (max_parallel BETWEEN 1 AND 64),
    -- the generic driver's URL template and field paths
    spec            jsonb
);

CREATE TABLE listing (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instrument_id   bigint NOT NULL REFERENCES instrument ON DELETE CASCADE,
    provider        text NOT NULL REFERENCES provider ON UPDATE CASCADE,
    provider_symbol text NOT NULL,
    priority        integer NOT NULL DEFAULT 1,
    enabled         boolean NOT NULL DEFAULT true,
    UNIQUE (instrument_id, provider)
);

-- Rate limits hold across processes and restarts. tokens is what was left at
-- refilled_at; nothing may start before blocked_until (Retry-After).
CREATE TABLE rate_bucket (
    provider      text PRIMARY KEY REFERENCES provider ON UPDATE CASCADE ON DELETE CASCADE,
    tokens        double precision NOT NULL,
    refilled_at   timestamptz NOT NULL,
    blocked_until timestamptz,
    -- what last went wrong there, for people
    fault_at      timestamptz,
    fault_kind    text,
    fault_run     bigint
);

-- Takes up to `wanted` tokens and says how many were had, and after how many
-- seconds the next one is (0: at once). Time is the server's clock, so hosts
-- agree. An unknown provider is no_data_found.
CREATE FUNCTION rate_take(p text, wanted integer,
                          OUT taken integer, OUT wait_s double precision)
LANGUAGE plpgsql AS $$
DECLARE
    lim provider%ROWTYPE;
    b   rate_bucket%ROWTYPE;
    t   timestamptz := clock_timestamp();
    have double precision;
BEGIN
    SELECT * INTO STRICT lim FROM provider WHERE name = p;
    INSERT INTO rate_bucket VALUES (p, lim.burst, t, NULL) ON CONFLICT DO NOTHING;
    SELECT * INTO b FROM rate_bucket WHERE provider = p FOR UPDATE;
    t := clock_timestamp();
    IF b.blocked_until > t THEN
        taken := 0;
        wait_s := extract(epoch FROM b.blocked_until - t);
        RETURN;
    END IF;
    have := least(lim.burst, b.tokens
        + greatest(extract(epoch FROM t - b.refilled_at), 0) * lim.rate_per_minute / 60);
    taken := greatest(least(wanted, floor(have)::integer), 0);
    have := have - taken;
    wait_s := CASE WHEN have >= 1 THEN 0 ELSE (1 - have) * 60 / lim.rate_per_minute END;
    UPDATE rate_bucket SET tokens = have, refilled_at = t, blocked_until = NULL
     WHERE provider = p;
END $$;

-- One row for each thing that brought rows in.
--   fetched: the raw response is archived, its rows are not stored yet
--   stored: done; refused: the whole response was unusable at processing
CREATE TABLE load (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id        bigint,
    instrument_id bigint NOT NULL REFERENCES instrument,
    interval_s    integer NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('provider', 'upload', 'derived')),
    provider      text REFERENCES provider ON UPDATE CASCADE,
    provider_symbol text,
    -- what was asked, without any key, and why this provider
    request       text NOT NULL,
    reason        text NOT NULL DEFAULT '',
    simulated     boolean NOT NULL DEFAULT false,
    from_ts       timestamptz,
    to_ts         timestamptz,
    http_status   integer,
    elapsed_ms    double precision,
    archive_hash  text,
    archive_bytes bigint,
    state         text NOT NULL DEFAULT 'fetched' CHECK (state IN ('fetched', 'stored', 'refused', 'undone')),
    rows_new      bigint NOT NULL DEFAULT 0,
    rows_same     bigint NOT NULL DEFAULT 0,
    rows_changed  bigint NOT NULL DEFAULT 0,
    rows_refused  bigint NOT NULL DEFAULT 0,
    rows_flagged  bigint NOT NULL DEFAULT 0,
    error         text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    stored_at     timestamptz
);
CREATE INDEX load_run ON load (run_id, id);
CREATE INDEX load_instrument ON load (instrument_id, id);
CREATE INDEX load_provider ON load (provider, created_at DESC);
CREATE INDEX load_simulated ON load (id) WHERE simulated;
CREATE INDEX load_unstored ON load (id) WHERE state = 'fetched';

-- No foreign keys on bar: checking them row by row would cost more than
-- storing the row; core/bar.c only ever writes ids that it has just read.
CREATE TABLE bar (
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    ts            timestamptz NOT NULL,
    open          double precision NOT NULL,
    high          double precision NOT NULL,
    low           double precision NOT NULL,
    close         double precision NOT NULL,
    volume        double precision,
    load_id       bigint NOT NULL,
    PRIMARY KEY (instrument_id, interval_s, ts)
) PARTITION BY LIST (interval_s);
CREATE TABLE bar_minute PARTITION OF bar FOR VALUES IN (60) PARTITION BY RANGE (ts);
CREATE TABLE bar_coarse PARTITION OF bar DEFAULT;

-- Makes the monthly partitions of minute bars that hold [from_ts, to_ts] and
-- says how many were missing. The worker may call it but owns nothing. A month
-- is attached, not created in place, so that readers of bar never wait for the
-- caller's transaction.
CREATE FUNCTION bar_partitions_ensure(from_ts timestamptz, to_ts timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month timestamp;
    part  text;
    made  integer := 0;
BEGIN
    IF from_ts < '1970-01-01Z' OR to_ts >= '2101-01-01Z' OR to_ts - from_ts > interval '14700 days' THEN
        RAISE EXCEPTION 'minute bars from % to %: outside 1970 to 2100 or over 40 years', from_ts, to_ts
            USING ERRCODE = 'data_exception';
    END IF;
    FOR month IN
        SELECT m FROM generate_series(date_trunc('month', from_ts AT TIME ZONE 'UTC'),
                                      to_ts AT TIME ZONE 'UTC', interval '1 month') AS m
         WHERE to_regclass('bar_minute_' || to_char(m, 'YYYY_MM')) IS NULL
    LOOP
        part := 'bar_minute_' || to_char(month, 'YYYY_MM');
        LOCK TABLE bar_minute IN SHARE UPDATE EXCLUSIVE MODE; -- one maker at a time
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE bar_minute INCLUDING ALL)', part);
        EXECUTE format('ALTER TABLE bar_minute ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part,
                       to_char(month, 'YYYY-MM-DD') || ' 00:00Z',
                       to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00Z');
        EXECUTE format('GRANT SELECT ON %I TO quotemill_console', part);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO quotemill_worker', part);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- What a later load replaced, and when it was believed.
CREATE TABLE bar_history (
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    ts            timestamptz NOT NULL,
    open          double precision NOT NULL,
    high          double precision NOT NULL,
    low           double precision NOT NULL,
    close         double precision NOT NULL,
    volume        double precision,
    load_id       bigint NOT NULL,
    replaced_by   bigint NOT NULL,
    believed_from timestamptz NOT NULL,
    believed_to   timestamptz NOT NULL,
    PRIMARY KEY (instrument_id, interval_s, ts, replaced_by)
);
-- Loads come in order, so block ranges find them; a B-tree would cost half a row.
CREATE INDEX bar_history_replaced_by ON bar_history USING brin (replaced_by) WITH (pages_per_range = 16);

CREATE TABLE validation_rule (
    name        text PRIMARY KEY,
    severity    text NOT NULL CHECK (severity IN ('refuse', 'flag', 'off')),
    -- the rule's number where it has one (z-score, fraction); NULL otherwise
    threshold   double precision,
    description text NOT NULL
);

-- Rows that validation refused (severity refuse: not in bar) or doubts (flag:
-- in bar as well). The same fault of the same row is kept once.
CREATE TABLE quarantine (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    load_id       bigint NOT NULL,
    instrument_id bigint NOT NULL REFERENCES instrument,
    interval_s    integer NOT NULL,
    ts            timestamptz,
    rule          text NOT NULL REFERENCES validation_rule,
    severity      text NOT NULL CHECK (severity IN ('refuse', 'flag')),
    field         text NOT NULL,
    value         text NOT NULL,
    expected      text NOT NULL,
    raw           text NOT NULL,
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'corrected', 'rejected')),
    seen          integer NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_seen_at  timestamptz NOT NULL DEFAULT now(),
    decided_by    text,
    decided_at    timestamptz,
    note          text
);
CREATE UNIQUE INDEX quarantine_once ON quarantine
    (instrument_id, interval_s, coalesce(ts, '-infinity'), rule, md5(raw));
CREATE INDEX quarantine_open ON quarantine (instrument_id, id) WHERE state = 'open';
CREATE INDEX quarantine_load ON quarantine (load_id);

-- Each date looks the other two series up by their whole key: a plan that no
-- missing statistics can spoil (OFFSET 0 keeps the subqueries as they are).
CREATE VIEW mstr_historical_data AS
SELECT (m.ts AT TIME ZONE 'UTC')::date AS date, m.close AS mstr_price, b.close AS btc_price, n.close AS mnav
  FROM bar m
  CROSS JOIN LATERAL (SELECT close FROM bar
                       WHERE instrument_id = (SELECT id FROM instrument WHERE symbol = 'BTC-USD')
                         AND interval_s = 86400 AND ts = m.ts OFFSET 0) b
  CROSS JOIN LATERAL (SELECT close FROM bar
                       WHERE instrument_id = (SELECT id FROM instrument WHERE symbol = 'MNAV')
                         AND interval_s = 86400 AND ts = m.ts OFFSET 0) n
 WHERE m.instrument_id = (SELECT id FROM instrument WHERE symbol = 'MSTR') AND m.interval_s = 86400;

COMMIT;
