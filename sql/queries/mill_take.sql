-- Takes what was touched of an instrument.
-- $1 bigint instrument
-- -> interval_s integer; from_ts, to_ts bigint, by from_ts
WITH taken AS (
    DELETE FROM bar_dirty WHERE instrument_id = $1::bigint RETURNING interval_s, from_ts, to_ts
)
SELECT interval_s, extract(epoch FROM taken.from_ts)::bigint AS from_ts, extract(epoch FROM taken.to_ts)::bigint AS to_ts
  FROM taken ORDER BY 2
