-- Bars of a range in whose place another one stood before. A bar built of shorter ones that only grew is not one.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time, both inclusive;
-- $5 timestamptz replaced until when
-- -> ts bigint, oldest first
SELECT DISTINCT extract(epoch FROM h.ts)::bigint AS ts
  FROM bar_history h
  JOIN bar b ON b.instrument_id = h.instrument_id AND b.interval_s = h.interval_s AND b.ts = h.ts
  JOIN load l ON l.id = b.load_id
 WHERE h.instrument_id = $1::bigint AND h.interval_s = $2::integer
   AND h.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
   AND b.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint) AND h.believed_to <= $5::timestamptz
   AND NOT (l.kind = 'derived' AND b.open = h.open AND b.high >= h.high AND b.low <= h.low
            AND coalesce(b.volume >= h.volume, true))
 ORDER BY ts
