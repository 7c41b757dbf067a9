-- Moves bars that are about to be replaced into bar_history, believed from when their load was stored until now. Of a bar
-- that one load replaces twice the first belief is kept.
-- $1 bigint instrument; $2 integer interval_s; $3 bigint[] opening times, ascending; $4 bigint load that replaces them;
-- $5, $6 bigint the first and the last of the times
WITH gone AS (
    DELETE FROM bar b
     USING unnest($3::bigint[]) AS t (ts)
     WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer AND b.ts = to_timestamp(t.ts)
       AND b.ts BETWEEN to_timestamp($5::bigint) AND to_timestamp($6::bigint)
    RETURNING b.*
)
INSERT INTO bar_history (instrument_id, interval_s, ts, open, high, low, close, volume, load_id, replaced_by,
                         believed_from, believed_to)
SELECT g.instrument_id, g.interval_s, g.ts, g.open, g.high, g.low, g.close, g.volume, g.load_id, $4::bigint,
       coalesce(l.stored_at, l.created_at, '-infinity'), now()
  FROM gone g LEFT JOIN load l ON l.id = g.load_id
    ON CONFLICT DO NOTHING
