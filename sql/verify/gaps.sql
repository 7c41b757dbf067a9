SELECT run_id, instrument_id, interval_s, from_ts, to_ts FROM run_range WHERE false;
SELECT 'load_brought'::regclass;
