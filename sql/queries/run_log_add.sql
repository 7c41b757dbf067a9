-- Stores log lines of a run.
-- $1 bigint run; $2 double precision[] times (Unix seconds); $3 smallint[] levels; $4 text[] events; $5 text[] texts
-- -> id bigint, at text (ISO 8601 with milliseconds), in the order given
WITH line AS (
    SELECT * FROM unnest($2::double precision[], $3::smallint[], $4::text[], $5::text[])
                  WITH ORDINALITY AS l (at, level, event, text, pos)
), stored AS (
    INSERT INTO run_log (run_id, at, level, event, text)
    SELECT $1::bigint, to_timestamp(line.at), line.level, line.event, line.text FROM line ORDER BY line.pos
    RETURNING id, at
)
SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at FROM stored ORDER BY id
