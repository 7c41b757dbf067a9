-- From when on bars of an instrument came, changed or went and were not milled yet: saved states from there on are of
-- other bars.
-- $1 bigint instrument; $2 integer interval_s
-- -> ts bigint (null: all is milled)
SELECT extract(epoch FROM min(from_ts))::bigint AS ts
  FROM bar_dirty
 WHERE instrument_id = $1::bigint AND interval_s = $2::integer
