BEGIN;
SELECT instrument_id, rule, severity, threshold FROM instrument_rule WHERE false;
SELECT instrument_id, interval_s, ts, provider, close, load_id FROM bar_check WHERE false;
SELECT instrument_id, interval_s, ts, expected, present, stored, refused, flagged, compared, agreed, score
  FROM quality WHERE false;
SELECT id, instrument_id, interval_s, from_ts, to_ts FROM quality_dirty WHERE false;
SELECT 1 / count(*) FROM validation_rule WHERE name = 'jump_z';
ROLLBACK;
