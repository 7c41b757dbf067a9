BEGIN;
SELECT instrument_id, interval_s, ts, sma_20, vwap, volume_sma_20 FROM indicator WHERE false;
SELECT instrument_id, interval_s, ts, version, return_1, market_open FROM feature WHERE false;
SELECT id, instrument_id, interval_s, from_ts, to_ts, load_id FROM bar_dirty WHERE false;
SELECT instrument_id, interval_s, through_ts, version, state FROM mill_state WHERE false;
SELECT instrument_id, version, milled_at FROM milled WHERE false;
ROLLBACK;
