BEGIN;
SELECT instrument_id, interval_s, ts, open, high, low, close, volume, load_id, believed_from, believed_to
  FROM bar_between WHERE false;
SELECT 1 / (prosrc LIKE '%bar_between%')::integer FROM pg_proc WHERE proname = 'bar_put_back';
SELECT 1 / count(*) FROM calendar WHERE name = 'BRENT' AND holiday_rule = 'brent';
ROLLBACK;
