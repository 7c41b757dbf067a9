-- The first bar of an instrument that is not what it was at a moment: replaced, undone, put back or stored since.
-- $1 bigint instrument; $2 integer interval_s; $3 bigint last opening time to look at; $4 timestamptz the moment
-- -> ts bigint (null: none)
WITH later AS MATERIALIZED (
    SELECT id FROM load
     WHERE instrument_id = $1::bigint AND interval_s = $2::integer AND coalesce(stored_at, created_at) > $4::timestamptz
)
SELECT extract(epoch FROM least(
         (SELECT min(h.ts) FROM bar_history h
           WHERE h.instrument_id = $1::bigint AND h.interval_s = $2::integer AND h.ts <= to_timestamp($3::bigint)
             AND h.believed_to > $4::timestamptz),
         (SELECT min(u.ts) FROM bar_undone u
           WHERE u.instrument_id = $1::bigint AND u.interval_s = $2::integer AND u.ts <= to_timestamp($3::bigint)
             AND u.believed_to > $4::timestamptz),
         (SELECT min(w.ts) FROM bar_between w
           WHERE w.instrument_id = $1::bigint AND w.interval_s = $2::integer AND w.ts <= to_timestamp($3::bigint)
             AND w.believed_to > $4::timestamptz),
         (SELECT b.ts FROM bar b
           WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer AND b.ts <= to_timestamp($3::bigint)
             AND (SELECT min(id) FROM later) IS NOT NULL AND b.load_id >= (SELECT min(id) FROM later)
             AND b.load_id IN (SELECT id FROM later)
           ORDER BY b.ts LIMIT 1)))::bigint AS ts
