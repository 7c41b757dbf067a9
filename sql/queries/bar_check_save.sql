-- Keeps what another provider says of bars that are stored; not of those that it brought itself.
-- $1 bigint load; $2 bigint instrument; $3 integer interval_s; $4 text provider; then an array with one element for each
-- row: $5 bigint[] times; $6 to $10 float8[] open, high, low, close, volume (null: none)
-- -> the stored bars: ts bigint, open, high, low, close, volume float8 (may be null), said float8 (the other's close)
WITH row AS (
    SELECT DISTINCT ON (r.ts) to_timestamp(r.ts) AS ts, r.open, r.high, r.low, r.close, r.volume
      FROM unnest($5::bigint[], $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::float8[])
           WITH ORDINALITY AS r (ts, open, high, low, close, volume, position)
     ORDER BY r.ts, r.position
), compared AS (
    SELECT b.ts, b.open, b.high, b.low, b.close, b.volume, row AS said
      FROM row
      JOIN bar b ON b.instrument_id = $2::bigint AND b.interval_s = $3::integer AND b.ts = row.ts
      LEFT JOIN load l ON l.id = b.load_id
     WHERE l.provider IS DISTINCT FROM $4::text
), kept AS (
    INSERT INTO bar_check AS k (instrument_id, interval_s, ts, provider, open, high, low, close, volume, load_id)
    SELECT $2::bigint, $3::integer, ts, $4::text, (said).open, (said).high, (said).low, (said).close, (said).volume,
           $1::bigint
      FROM compared
        ON CONFLICT (instrument_id, interval_s, ts, provider)
        DO UPDATE SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
                      volume = excluded.volume, load_id = excluded.load_id
         WHERE (k.open, k.high, k.low, k.close, k.volume)
               IS DISTINCT FROM (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume)
)
SELECT extract(epoch FROM ts)::bigint AS ts, open, high, low, close, volume, (said).close AS said
  FROM compared
 ORDER BY ts
