-- Tables and views that users query, and what the constraints keep out.
BEGIN;
SELECT no_plan();

SELECT has_table(t) FROM unnest(ARRAY[
    'calendar', 'instrument', 'provider', 'listing', 'rate_bucket', 'load', 'bar', 'bar_history', 'validation_rule', 'instrument_rule', 'bar_check', 'quality',
    'quarantine', 'schedule', 'run', 'step', 'step_source', 'run_log', 'model', 'model_input', 'model_version',
    'coefficient', 'model_activation', 'model_fold', 'model_error', 'model_factor', 'model_touch', 'app_user', 'session', 'login_throttle', 'audit_log',
    'channel', 'alert_rule', 'alert_state', 'alert_incident', 'alert_event', 'silence', 'delivery', 'delivery_incident', 'alert_dirty']) AS t;
SELECT columns_are('bar', ARRAY['instrument_id', 'interval_s', 'ts', 'open', 'high', 'low', 'close', 'volume', 'load_id']);
SELECT col_is_pk('bar', ARRAY['instrument_id', 'interval_s', 'ts']);
SELECT columns_are('mstr_historical_data', ARRAY['date', 'mstr_price', 'btc_price', 'mnav']);
SELECT columns_are('model_coefficients', ARRAY['name', 'value', 'last_updated']);

-- Every foreign key can be followed back by an index, but for small tables and those that never lose a row.
SELECT is_empty($$
    SELECT c.conrelid::regclass, c.conname
      FROM pg_constraint c
     WHERE c.contype = 'f' AND c.confdeltype IN ('c', 'n')
       AND c.conrelid NOT IN ('model_version'::regclass, 'model_activation'::regclass)
       AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
$$, 'each cascading foreign key has an index');

-- Seed
SELECT set_eq('SELECT symbol FROM instrument',
    ARRAY['BTC-USD', 'ETH-USD', 'MSTR', 'MNAV', 'AAPL', 'MSFT', 'THYAO.IS', 'WTI', 'BRENT', 'HENRY-HUB'],
    'the seeded instruments');
SELECT is_empty('SELECT FROM instrument i WHERE NOT EXISTS (SELECT FROM listing l WHERE l.instrument_id = i.id)',
    'each instrument is listed');
SELECT results_eq($$SELECT i.name, t.symbol FROM model_input i JOIN instrument t ON t.id = i.instrument_id ORDER BY position$$,
    $$VALUES ('btc_price'::text, 'BTC-USD'::text), ('mnav', 'MNAV')$$, 'inputs of the model mstr');

-- Constraints
SELECT throws_ok($$INSERT INTO instrument (symbol, title, kind, calendar) VALUES ('btc-usd', 'x', 'crypto', '24x7')$$,
    '23505', NULL, 'a symbol is taken in any case');
SELECT throws_ok(format($$INSERT INTO instrument (symbol, title, kind, calendar) VALUES (%L, 'x', 'crypto', '24x7')$$, s),
    '23514', NULL, 'no symbol: ' || s)
  FROM unnest(ARRAY['', ' BTC', '<b>', '-BTC', 'a''b', repeat('x', 33)]) AS s;
SELECT throws_ok($$INSERT INTO instrument (symbol, title, kind, calendar) VALUES ('X', 'x', 'bond', '24x7')$$,
    '23514', NULL, 'an unknown kind is refused');
SELECT throws_ok($$INSERT INTO instrument (symbol, title, kind, calendar, interval_s) VALUES ('X', 'x', 'fx', '24x7', 61)$$,
    '23514', NULL, 'an odd interval is refused');
SELECT throws_ok($$INSERT INTO bar VALUES (1, 86400, 'epoch', 1, 1, 1, NULL, 1, 1)$$, '23502', NULL, 'a bar has a close');
SELECT lives_ok($$INSERT INTO bar VALUES (1, 86400, 'epoch', 1, 1, 1, 1, NULL, 1)$$, 'a bar needs no volume');
SELECT throws_ok($$INSERT INTO bar VALUES (1, 86400, 'epoch', 2, 2, 2, 2, NULL, 2)$$, '23505', NULL, 'one bar for each time');
SELECT throws_ok($$INSERT INTO quarantine (load_id, instrument_id, interval_s, rule, severity, field, value, expected, raw)
    VALUES (1, 1, 60, 'no such rule', 'refuse', '', '', '', '')$$, '23503', NULL, 'a quarantined row names its rule');
SELECT lives_ok($$INSERT INTO quarantine (load_id, instrument_id, interval_s, rule, severity, field, value, expected, raw)
    VALUES (1, 1, 60, 'required', 'refuse', 'time', '', '', 'x')$$);
SELECT throws_ok($$INSERT INTO quarantine (load_id, instrument_id, interval_s, rule, severity, field, value, expected, raw)
    VALUES (2, 1, 60, 'required', 'refuse', 'time', '', '', 'x')$$, '23505', NULL, 'the same fault is kept once, without a time too');
SELECT throws_ok($$INSERT INTO schedule (name, frequency) VALUES ('w', 'weekly')$$, '23514', NULL, 'weekly needs a weekday');
SELECT throws_ok($$INSERT INTO schedule (name, frequency) VALUES ('m', 'monthly')$$, '23514', NULL, 'monthly needs a day');
SELECT throws_ok($$INSERT INTO schedule (name, frequency, time_zone) VALUES ('z', 'daily', 'Mars/Olympus')$$,
    '22023', NULL, 'an unknown time zone is refused');
SELECT throws_ok($$INSERT INTO app_user (name, password_hash, role) VALUES ('x y', '', 'viewer')$$, '23514', NULL, 'a plain user name');
SELECT lives_ok($$INSERT INTO app_user (name, password_hash, role) VALUES ('Ann', '', 'viewer')$$);
SELECT throws_ok($$INSERT INTO app_user (name, password_hash, role) VALUES ('ann', '', 'viewer')$$, '23505', NULL,
    'a user name is taken in any case');
SELECT throws_ok($$INSERT INTO app_user (name, password_hash, role) VALUES ('bob', '', 'god')$$, '23514', NULL, 'three roles');

-- One due time of a schedule makes one run, whoever queues it.
SELECT lives_ok($$INSERT INTO run (mode, trigger, requested_by, lane, steps, schedule_id, due_at)
    SELECT 'incremental', 'timer', 'x', 1, '{fetch}', id, '2026-01-01Z' FROM schedule LIMIT 1$$);
SELECT throws_ok($$INSERT INTO run (mode, trigger, requested_by, lane, steps, schedule_id, due_at)
    SELECT 'incremental', 'timer', 'y', 1, '{fetch}', id, '2026-01-01Z' FROM schedule LIMIT 1$$, '23505', NULL,
    'a due time is queued once');

-- One active version of a model.
SELECT lives_ok($$INSERT INTO model_version (model_id, version, state, fitted_at, rows, first_ts, last_ts, fingerprint, scorecard)
    VALUES (1, 1, 'active', now(), 1, now(), now(), 'x', '[]')$$);
SELECT throws_ok($$INSERT INTO model_version (model_id, version, state, fitted_at, rows, first_ts, last_ts, fingerprint, scorecard)
    VALUES (1, 2, 'active', now(), 1, now(), now(), 'x', '[]')$$, '23505', NULL, 'one version is active');
INSERT INTO coefficient (version_id, position, name, value) SELECT id, 0, 'intercept', 1.5 FROM model_version;
SELECT results_eq('SELECT name, value FROM model_coefficients', $$VALUES ('intercept'::text, 1.5::float8)$$,
    'model_coefficients shows the active version');

-- The view for those who come from there: days on which all three are stored.
INSERT INTO bar SELECT id, 86400, d, v, v, v, v, NULL, 1
  FROM (VALUES ('MSTR', '2024-01-02Z'::timestamptz, 600::float8), ('MSTR', '2024-01-03Z', 610), ('BTC-USD', '2024-01-02Z', 45000),
               ('BTC-USD', '2024-01-03Z', 46000), ('MNAV', '2024-01-03Z', 1.5)) AS x (symbol, d, v)
  JOIN instrument USING (symbol);
SELECT results_eq('SELECT * FROM mstr_historical_data',
    $$VALUES ('2024-01-03'::date, 610::float8, 46000::float8, 1.5::float8)$$, 'mstr_historical_data joins by day');

SELECT * FROM finish();
ROLLBACK;
