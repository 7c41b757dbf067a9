-- Values that people decided about, of one series and a range of time, by time: corrected or rejected rows and what a
-- decision replaced, which are not to be stored again, and refused rows that were accepted.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time, both inclusive
-- -> ts bigint, open, high, low, close, volume float8 (may be null), accepted boolean
WITH decided AS (
    SELECT q.* FROM quarantine q
     WHERE q.instrument_id = $1::bigint AND q.interval_s = $2::integer AND q.state <> 'open'
       AND q.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
)
SELECT extract(epoch FROM d.ts)::bigint AS ts, d.open, d.high, d.low, d.close, d.volume, d.state = 'accepted' AS accepted
  FROM decided d
 WHERE d.close IS NOT NULL AND (d.state <> 'accepted' OR d.severity = 'refuse')
UNION ALL
SELECT extract(epoch FROM h.ts)::bigint, h.open, h.high, h.low, h.close, h.volume, false
  FROM decided d
  JOIN bar_history h ON h.instrument_id = d.instrument_id AND h.interval_s = d.interval_s AND h.ts = d.ts
   AND h.replaced_by = d.decision_load_id
 ORDER BY ts
