-- What the quality of some days is to be made anew of.
-- -> instrument_id bigint, interval_s integer
SELECT DISTINCT instrument_id, interval_s FROM quality_dirty ORDER BY 1, 2
