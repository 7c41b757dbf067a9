BEGIN;

-- A file that somebody brought; the bytes are in the raw archive. core/upload.h
-- has the states.
CREATE TABLE upload (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL,
    archive_hash text NOT NULL,
    bytes        bigint NOT NULL,
    plain_bytes  bigint NOT NULL,
    packing      text NOT NULL CHECK (packing IN ('plain', 'gzip', 'zstd')),
    -- the first and last plain bytes, for recognition and preview
    head         bytea NOT NULL CHECK (octet_length(head) <= 65536),
    tail         bytea NOT NULL CHECK (octet_length(tail) <= 65536),
    source       text NOT NULL CHECK (source IN ('page', 'api', 'cli')),
    uploaded_by  text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    state        text NOT NULL DEFAULT 'received' CHECK (state IN
                 ('received', 'checking', 'checked', 'storing', 'stored', 'undoing', 'undone', 'failed', 'discarded')),
    format       text,
    mapping      jsonb,
    -- what a person said about the file, each "field=value"
    answers      text[] NOT NULL DEFAULT '{}',
    -- the instruments that the mapping names
    symbols      text[] NOT NULL DEFAULT '{}',
    auto_store   boolean NOT NULL DEFAULT false,
    rows_all     bigint NOT NULL DEFAULT 0,
    rows_new     bigint NOT NULL DEFAULT 0,
    rows_same    bigint NOT NULL DEFAULT 0,
    rows_changed bigint NOT NULL DEFAULT 0,
    rows_refused bigint NOT NULL DEFAULT 0,
    rows_flagged bigint NOT NULL DEFAULT 0,
    checked_at   timestamptz,
    stored_at    timestamptz,
    -- the run that was queued when it was stored
    run_id       bigint,
    error        text
);
CREATE INDEX upload_hash ON upload (archive_hash);

-- The first refusals and doubts of the last check or store, for the page; all
-- of them can be listed again from the archived file.
CREATE TABLE upload_refusal (
    upload_id bigint NOT NULL REFERENCES upload ON DELETE CASCADE,
    seq       integer NOT NULL,
    line      bigint NOT NULL,
    symbol    text NOT NULL,
    ts        timestamptz,
    rule      text NOT NULL,
    flag      boolean NOT NULL,
    field     text NOT NULL,
    value     text NOT NULL,
    expected  text NOT NULL,
    raw       text NOT NULL,
    PRIMARY KEY (upload_id, seq)
);

ALTER TABLE load ADD COLUMN upload_id bigint REFERENCES upload;
CREATE INDEX load_upload ON load (upload_id) WHERE upload_id IS NOT NULL;

-- Work on uploads and loads that is too long for a page.
CREATE TABLE load_job (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('check', 'store', 'undo')),
    upload_id    bigint REFERENCES upload,
    load_id      bigint REFERENCES load, -- of an undo
    -- what it will write; jobs that name one instrument wait for each other
    symbols      text[] NOT NULL DEFAULT '{}',
    requested_by text NOT NULL,
    address      text NOT NULL DEFAULT '',
    state        text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    attempt      integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 3,
    worker       text,
    heartbeat_at timestamptz,
    queued_at    timestamptz NOT NULL DEFAULT now(),
    not_before   timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    finished_at  timestamptz,
    bytes_done   bigint NOT NULL DEFAULT 0,
    rows_done    bigint NOT NULL DEFAULT 0,
    error        text,
    CHECK ((kind = 'undo') = (load_id IS NOT NULL)),
    CHECK (kind = 'undo' OR upload_id IS NOT NULL)
);
CREATE INDEX load_job_open ON load_job (id) WHERE state IN ('queued', 'running');
CREATE INDEX load_job_upload ON load_job (upload_id, id);
CREATE INDEX load_job_load ON load_job (load_id, id) WHERE load_id IS NOT NULL;

-- Wakes the workers that LISTEN.
CREATE FUNCTION load_job_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('job_queued', NEW.id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER load_job_notify AFTER INSERT OR UPDATE OF state ON load_job
    FOR EACH ROW WHEN (NEW.state = 'queued') EXECUTE FUNCTION load_job_notify();

-- Mappings that people saved; header is the file's header line as the mapping
-- was made for it, so that the next such file finds it.
CREATE TABLE saved_mapping (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL CHECK (name ~ '^[^[:cntrl:]]{1,64}$'),
    header     text NOT NULL,
    spec       jsonb NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX saved_mapping_name ON saved_mapping (lower(name));
CREATE INDEX saved_mapping_header ON saved_mapping (md5(header));

-- Rows of loads that were undone, and when they were believed: bar and
-- bar_history are as if those loads had never been, as_of still knows.
CREATE TABLE bar_undone (
    instrument_id bigint NOT NULL,
    interval_s    integer NOT NULL,
    ts            timestamptz NOT NULL,
    open          double precision NOT NULL,
    high          double precision NOT NULL,
    low           double precision NOT NULL,
    close         double precision NOT NULL,
    volume        double precision,
    load_id       bigint NOT NULL,
    believed_from timestamptz NOT NULL,
    believed_to   timestamptz NOT NULL,
    PRIMARY KEY (instrument_id, interval_s, ts, load_id)
);

-- What was replaced is found by the load that did it, or by instrument and
-- time. Rows come in the order of both, so block ranges find them; the B-tree
-- of the primary key cost more than the row (core/bar.c never writes a bar's
-- replacement by one load twice).
ALTER TABLE bar_history DROP CONSTRAINT bar_history_pkey;
CREATE INDEX bar_history_time ON bar_history USING brin (instrument_id, ts) WITH (pages_per_range = 16);

-- Before an instrument's time: a wrong century, mostly.
INSERT INTO validation_rule VALUES ('past', 'refuse', 1850, 'the bar does not open before the year')
ON CONFLICT DO NOTHING;

-- A month of minute bars that is made and filled by one transaction: a table
-- of its own without index, which others do not see; indexed and attached when
-- it is full, as that is several times as fast as keeping an index on the way.
-- The constraint spares ATTACH the look at each row. bar_month_begin says false
-- when the month is there; else the caller must end what it began.
CREATE FUNCTION bar_month_begin(month text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part  text := 'bar_minute_' || month;
    first date;
BEGIN
    IF month !~ '^(19[7-9]\d|20\d\d|2100)_(0[1-9]|1[0-2])$' THEN
        RAISE EXCEPTION 'minute bars of %: outside 1970 to 2100', month USING ERRCODE = 'data_exception';
    END IF;
    first := to_date(month || '_01', 'YYYY_MM_DD');
    LOCK TABLE bar_minute IN SHARE UPDATE EXCLUSIVE MODE; -- one maker at a time
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE bar_minute INCLUDING DEFAULTS,'
                   ' CONSTRAINT filling CHECK (interval_s = 60 AND ts >= %L AND ts < %L))', part,
                   to_char(first, 'YYYY-MM-DD') || ' 00:00Z',
                   to_char(first + interval '1 month', 'YYYY-MM-DD') || ' 00:00Z');
    EXECUTE format('GRANT SELECT ON %I TO quotemill_console', part);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO quotemill_worker', part);
    RETURN true;
END $$;

CREATE FUNCTION bar_month_end(month text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part  text := 'bar_minute_' || month;
    first date;
BEGIN
    -- the regclass is looked up before the month is taken for a date
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass(part) AND conname = 'filling') THEN
        RAISE EXCEPTION 'month % was not begun', month;
    END IF;
    first := to_date(month || '_01', 'YYYY_MM_DD');
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (instrument_id, interval_s, ts)', part);
    EXECUTE format('ALTER TABLE bar_minute ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part,
                   to_char(first, 'YYYY-MM-DD') || ' 00:00Z',
                   to_char(first + interval '1 month', 'YYYY-MM-DD') || ' 00:00Z');
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT filling', part);
END $$;

-- Takes a stored load back: its rows go to bar_undone, what they had replaced
-- comes back from bar_history. The worker may delete nothing from the latter
-- itself. Refused where a later load replaced rows of this one (core/undo.c
-- says so in words before).
CREATE FUNCTION load_undo(load_id bigint, OUT removed bigint, OUT restored bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    l load%ROWTYPE;
    first timestamptz;
    last  timestamptz;
BEGIN
    SELECT * INTO STRICT l FROM load WHERE id = load_undo.load_id FOR UPDATE;
    PERFORM pg_advisory_xact_lock(hashtextextended('bar', l.instrument_id));
    -- what an upload says of its rows is exact
    first := CASE l.kind WHEN 'upload' THEN coalesce(l.from_ts, 'infinity') ELSE '-infinity' END;
    last := CASE l.kind WHEN 'upload' THEN coalesce(l.to_ts, '-infinity') ELSE 'infinity' END;
    IF l.state <> 'stored' OR EXISTS (
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
    )
    INSERT INTO bar_undone
    SELECT g.instrument_id, g.interval_s, g.ts, g.open, g.high, g.low, g.close, g.volume, g.load_id,
           l.stored_at, now()
      FROM gone g;
    GET DIAGNOSTICS removed = ROW_COUNT;
    WITH back AS (
        DELETE FROM bar_history h
         WHERE h.replaced_by = l.id AND h.instrument_id = l.instrument_id AND h.interval_s = l.interval_s
        RETURNING h.*
    )
    INSERT INTO bar
    SELECT b.instrument_id, b.interval_s, b.ts, b.open, b.high, b.low, b.close, b.volume, b.load_id FROM back b;
    GET DIAGNOSTICS restored = ROW_COUNT;
    removed := removed - restored;
    UPDATE load SET state = 'undone' WHERE id = l.id;
END $$;

GRANT SELECT ON upload, upload_refusal, load_job, saved_mapping, bar_undone TO quotemill_console;
GRANT INSERT ON upload, load_job TO quotemill_console;
GRANT INSERT ON instrument TO quotemill_console; -- that a file is about
GRANT UPDATE (state, format, mapping, answers, symbols, auto_store, error) ON upload TO quotemill_console;
GRANT UPDATE (state, finished_at) ON load_job TO quotemill_console;
GRANT INSERT, UPDATE, DELETE ON saved_mapping TO quotemill_console;
GRANT SELECT, INSERT, UPDATE ON upload, load_job TO quotemill_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON upload_refusal TO quotemill_worker;
GRANT SELECT ON bar_undone TO quotemill_worker;
GRANT EXECUTE ON FUNCTION bar_month_begin, bar_month_end, load_undo TO quotemill_worker;
REVOKE EXECUTE ON FUNCTION bar_month_begin, bar_month_end, load_undo FROM PUBLIC;
GRANT SELECT ON saved_mapping TO quotemill_worker; -- `quotemill import` finds them, too

COMMIT;
