-- Keeps doubtful rows; the same fault of the same row is kept once and counted.
-- $1 bigint load; $2 bigint instrument; $3 integer interval_s; then an array with one element for each row:
-- $4 bigint[] times (null: unreadable); $5 text[] rules; $6 boolean[] flagged (else refused); $7 text[] fields;
-- $8 text[] values; $9 text[] expected; $10 text[] raw rows; $11 to $15 float8[] open, high, low, close, volume (null:
-- not readable)
-- -> n_new bigint
WITH kept AS (
    INSERT INTO quarantine (load_id, instrument_id, interval_s, ts, rule, severity, field, value, expected, raw,
                            open, high, low, close, volume)
    SELECT DISTINCT ON (d.ts, d.rule, md5(d.raw))
           $1::bigint, $2::bigint, $3::integer, to_timestamp(d.ts), d.rule,
           CASE WHEN d.flagged THEN 'flag' ELSE 'refuse' END, d.field, d.value, d.expected, d.raw,
           d.open, d.high, d.low, d.close, d.volume
      FROM unnest($4::bigint[], $5::text[], $6::boolean[], $7::text[], $8::text[], $9::text[], $10::text[],
                  $11::float8[], $12::float8[], $13::float8[], $14::float8[], $15::float8[])
           WITH ORDINALITY AS d (ts, rule, flagged, field, value, expected, raw, open, high, low, close, volume,
                                 position)
     ORDER BY d.ts, d.rule, md5(d.raw), d.position
        ON CONFLICT (instrument_id, interval_s, coalesce(ts, '-infinity'), rule, md5(raw))
        DO UPDATE SET seen = quarantine.seen + 1, last_seen_at = now(),
                      open = coalesce(quarantine.open, excluded.open), high = coalesce(quarantine.high, excluded.high),
                      low = coalesce(quarantine.low, excluded.low), close = coalesce(quarantine.close, excluded.close),
                      volume = coalesce(quarantine.volume, excluded.volume)
    RETURNING seen
)
SELECT count(*) FILTER (WHERE seen = 1) AS n_new FROM kept
