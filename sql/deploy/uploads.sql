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

GRANT SELECT ON upload, upload_refusal, load_job, saved_mapping, bar_undone TO quotemill_console;
GRANT INSERT ON upload, load_job TO quotemill_console;
GRANT UPDATE (state, format, mapping, answers, symbols, auto_store, error) ON upload TO quotemill_console;
GRANT UPDATE (state, finished_at) ON load_job TO quotemill_console;
GRANT INSERT, UPDATE, DELETE ON saved_mapping TO quotemill_console;
GRANT SELECT, INSERT, UPDATE ON upload, load_job TO quotemill_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON upload_refusal TO quotemill_worker;
GRANT SELECT, INSERT, DELETE ON bar_undone TO quotemill_worker;
GRANT SELECT ON saved_mapping TO quotemill_worker; -- `quotemill import` finds them, too

COMMIT;
