-- Takes built bars out of a range that are not made any more; what they were believed to be is kept.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time; $5 bigint[] opening times of
-- those that are made
-- -> ts bigint, in order
WITH gone AS (
    DELETE FROM bar_coarse b
     USING load l
     WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer
       AND b.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
       AND extract(epoch FROM b.ts)::bigint <> ALL ($5::bigint[])
       AND l.id = b.load_id AND l.kind = 'derived'
    RETURNING b.*, l.stored_at
), kept AS (
    INSERT INTO bar_undone
    SELECT instrument_id, interval_s, ts, open, high, low, close, volume, load_id, stored_at, now() FROM gone
)
SELECT extract(epoch FROM gone.ts)::bigint AS ts FROM gone ORDER BY 1
