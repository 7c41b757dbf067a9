-- What stands around a row of quarantine: stored bars before, at and after its time, and what was said of its time.
-- $1 bigint the row; $2 bigint instrument; $3 integer interval_s; $4 bigint time; $5 integer bars on either side
-- -> ts, load_id bigint, role, source text, open, high, low, close, volume float8 (may be null); by time, then role
WITH at AS (
    SELECT to_timestamp($4::bigint) AS ts
), said AS (
    (SELECT b.ts, 1 AS place, 'before' AS role, b.open, b.high, b.low, b.close, b.volume, b.load_id
       FROM bar b
      WHERE b.instrument_id = $2::bigint AND b.interval_s = $3::integer AND b.ts < (SELECT ts FROM at)
      ORDER BY b.ts DESC LIMIT $5::integer)
    UNION ALL
    SELECT b.ts, 2, 'stored', b.open, b.high, b.low, b.close, b.volume, b.load_id
      FROM bar b
     WHERE b.instrument_id = $2::bigint AND b.interval_s = $3::integer AND b.ts = (SELECT ts FROM at)
    UNION ALL
    SELECT h.ts, 3, 'replaced', h.open, h.high, h.low, h.close, h.volume, h.load_id
      FROM bar_history h
     WHERE h.instrument_id = $2::bigint AND h.interval_s = $3::integer AND h.ts = (SELECT ts FROM at)
    UNION ALL
    SELECT u.ts, 4, 'undone', u.open, u.high, u.low, u.close, u.volume, u.load_id
      FROM bar_undone u
     WHERE u.instrument_id = $2::bigint AND u.interval_s = $3::integer AND u.ts = (SELECT ts FROM at)
    UNION ALL
    SELECT DISTINCT o.ts, 5, 'other', o.open, o.high, o.low, o.close, o.volume, o.load_id
      FROM quarantine o
      JOIN quarantine q ON q.id = $1::bigint
     WHERE o.instrument_id = $2::bigint AND o.interval_s = $3::integer
       AND coalesce(o.ts, '-infinity') = (SELECT ts FROM at) AND o.severity = 'refuse' AND o.close IS NOT NULL
       AND (o.open, o.high, o.low, o.close, o.volume) IS DISTINCT FROM (q.open, q.high, q.low, q.close, q.volume)
    UNION ALL
    SELECT k.ts, 6, 'checked', k.open, k.high, k.low, k.close, k.volume, k.load_id
      FROM bar_check k
     WHERE k.instrument_id = $2::bigint AND k.interval_s = $3::integer AND k.ts = (SELECT ts FROM at)
    UNION ALL
    (SELECT b.ts, 7, 'after', b.open, b.high, b.low, b.close, b.volume, b.load_id
       FROM bar b
      WHERE b.instrument_id = $2::bigint AND b.interval_s = $3::integer AND b.ts > (SELECT ts FROM at)
      ORDER BY b.ts LIMIT $5::integer)
)
SELECT extract(epoch FROM s.ts)::bigint AS ts, s.load_id, s.role, coalesce(u.name, l.provider, l.kind, '') AS source,
       s.open, s.high, s.low, s.close, s.volume
  FROM said s
  LEFT JOIN load l ON l.id = s.load_id
  LEFT JOIN upload u ON u.id = l.upload_id
 ORDER BY s.ts, s.place, s.load_id
