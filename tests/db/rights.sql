-- Each role may do its work, and nothing else.
BEGIN;
SELECT no_plan();

CREATE FUNCTION may(role text, what text, tables text[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT ok(has_table_privilege(role, t, what), role || ' may ' || what || ' ' || t) FROM unnest(tables) AS t
$$;
CREATE FUNCTION may_not(role text, what text, tables text[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT ok(NOT has_table_privilege(role, t, what), role || ' may not ' || what || ' ' || t) FROM unnest(tables) AS t
$$;

SELECT may('quotemill_console', 'SELECT', ARRAY['bar', 'load', 'run', 'run_log', 'quarantine', 'model_coefficients', 'app_user']);
SELECT may('quotemill_console', 'INSERT', ARRAY['run', 'session', 'audit_log', 'app_user', 'model_activation', 'api_token']);
SELECT may_not('quotemill_console', 'INSERT, UPDATE, DELETE, TRUNCATE',
    ARRAY['bar', 'bar_minute', 'bar_coarse', 'bar_history', 'load', 'step', 'run_log', 'rate_bucket']);
SELECT may_not('quotemill_console', 'UPDATE, DELETE, TRUNCATE', ARRAY['audit_log', 'run', 'model_activation']);

SELECT may('quotemill_worker', 'SELECT, INSERT, DELETE', ARRAY['bar', 'bar_coarse', 'bar_minute']);
SELECT may('quotemill_worker', 'INSERT', ARRAY['load', 'bar_history', 'quarantine', 'run', 'step', 'step_source', 'run_log']);
SELECT may_not('quotemill_worker', 'SELECT, INSERT, UPDATE, DELETE', ARRAY['app_user', 'session', 'login_throttle', 'api_token']);
SELECT may_not('quotemill_worker', 'UPDATE, DELETE, TRUNCATE', ARRAY['audit_log', 'bar_history']);

-- Neither role owns anything, makes anything, or is more than a login.
SELECT is_empty($$SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) LIKE 'quotemill\_%'$$, 'the roles own nothing');
SELECT ok(NOT has_schema_privilege(r, 'public', 'CREATE'), r || ' creates nothing in public')
  FROM unnest(ARRAY['quotemill_console', 'quotemill_worker']) AS r;
SELECT ok(NOT (SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = r),
          r || ' is a plain role')
  FROM unnest(ARRAY['quotemill_console', 'quotemill_worker']) AS r;
SELECT is_empty($$
    SELECT c.oid::regclass, a.privilege_type
      FROM pg_class c, aclexplode(c.relacl) a
     WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0
$$, 'nothing is granted to everybody');

-- As the roles themselves: the SQLSTATE of what happens.
CREATE FUNCTION as_role(role text, command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE command;
    RESET ROLE;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE; -- the role went back with the subtransaction
END $$;
CREATE FUNCTION does(role text, words text, command text) RETURNS text LANGUAGE sql AS $$
    SELECT is(as_role('quotemill_' || role, command), '00000', 'the ' || role || ' ' || words)
$$;
CREATE FUNCTION does_not(role text, words text, command text) RETURNS text LANGUAGE sql AS $$
    SELECT is(as_role('quotemill_' || role, command), '42501', 'the ' || role || ' does not ' || words)
$$;

SELECT does_not('console', 'store a bar', $$INSERT INTO bar VALUES (1, 86400, now(), 1, 1, 1, 1, 1, 1)$$);
SELECT may('quotemill_console', 'SELECT', ARRAY['indicator', 'feature', 'bar_dirty', 'mill_state', 'milled']);
SELECT may_not('quotemill_console', 'INSERT, UPDATE, DELETE, TRUNCATE', ARRAY['indicator', 'feature', 'bar_dirty', 'mill_state', 'milled']);
SELECT may('quotemill_worker', 'INSERT, DELETE', ARRAY['indicator', 'feature', 'bar_dirty', 'mill_state', 'milled']);
SELECT does_not('console', 'make a partition', $$SELECT bar_partitions_ensure(now(), now())$$);
SELECT does_not('console', 'rewrite a run', $$UPDATE run SET requested_by = 'x'$$);
SELECT does_not('console', 'forget what it audited', $$DELETE FROM audit_log$$);
SELECT does_not('console', 'make a temporary table', $$CREATE TEMP TABLE mine ()$$);
SELECT does('console', 'queues a run',
    $$INSERT INTO run (mode, trigger, requested_by, lane, steps) VALUES ('incremental', 'console', 'a', 0, '{fetch}')$$);
SELECT does('console', 'cancels a run', $$UPDATE run SET cancel_by = 'a'$$);
SELECT does('console', 'audits', $$INSERT INTO audit_log (who, action, object) VALUES ('a', 'run.cancel', 'run 1')$$);
SELECT does('console', 'says which bars a run is for',
    $$INSERT INTO run_range SELECT max(r.id), 1, 60, now(), now() FROM run r$$);
SELECT does_not('console', 'change it later', 'DELETE FROM run_range');
SELECT does_not('worker', 'change it either', 'UPDATE run_range SET to_ts = now()');
SELECT does_not('worker', 'see a user', 'SELECT * FROM app_user');
SELECT does_not('worker', 'see a token', 'SELECT * FROM api_token');
SELECT does_not('console', 'delete a token', 'DELETE FROM api_token');
SELECT does_not('worker', 'see a session', 'SELECT * FROM session');
SELECT does_not('worker', 'create a table', 'CREATE TABLE mine ()');
SELECT does('worker', 'has partitions made', $$SELECT bar_partitions_ensure('2024-05-01Z', '2024-05-02Z')$$);
SELECT does_not('worker', 'own them', 'DROP TABLE bar_minute_2024_05');
SELECT does('worker', 'has statistics refreshed', 'SELECT bar_statistics_refresh(1000)');
SELECT does_not('console', 'refresh statistics', 'SELECT bar_statistics_refresh(1000)');
SELECT does_not('worker', 'gather them as it likes', 'ALTER TABLE bar ALTER ts SET STATISTICS 1');
SELECT does('worker', 'stores a minute bar', $$INSERT INTO bar VALUES (1, 60, '2024-05-01Z', 1, 1, 1, 1, NULL, 1)$$);
SELECT does('worker', 'copies straight into the month', $$INSERT INTO bar_minute_2024_05 VALUES (1, 60, '2024-05-02Z', 1, 1, 1, 1, NULL, 1)$$);
SELECT does('worker', 'takes from the bucket', $$SELECT * FROM rate_take('yahoo', 1)$$);
SELECT does('console', 'notes an upload',
    $$INSERT INTO upload (name, archive_hash, bytes, plain_bytes, packing, head, tail, source, uploaded_by)
      VALUES ('a.csv', 'h', 1, 1, 'plain', '', '', 'page', 'ann')$$);
SELECT does('console', 'keeps what a person said of it', $$UPDATE upload SET answers = '{"close=2"}', symbols = '{A}', state = 'checking'$$);
SELECT does('console', 'asks for its check', $$INSERT INTO load_job (kind, upload_id, requested_by) SELECT 'check', id, 'ann' FROM upload$$);
SELECT does('console', 'stops a job', $$UPDATE load_job SET state = 'cancelled', finished_at = now()$$);
SELECT does('console', 'adds an instrument', $$INSERT INTO instrument (symbol, title, kind, calendar) VALUES ('NEW', 'New', 'stock', (SELECT min(name) FROM calendar))$$);
SELECT does('console', 'lists it', $$INSERT INTO listing (instrument_id, provider, provider_symbol) SELECT i.id, min(p.name), 'NEW' FROM instrument i, provider p WHERE i.symbol = 'NEW' GROUP BY 1$$);
SELECT does('console', 'retires an instrument', $$UPDATE instrument SET active = false WHERE symbol = 'NEW'$$);
SELECT does_not('console', 'rename an instrument', $$UPDATE instrument SET symbol = 'Z'$$);
SELECT does_not('console', 'rewrite an instrument', $$UPDATE instrument SET currency = 'EUR'$$);
SELECT does('console', 'changes its bounds', $$UPDATE instrument SET price_min = 1, price_max = 2, jump_frac = 0.5$$);
SELECT does('console', 'changes a rule', $$UPDATE validation_rule SET severity = 'off', threshold = 1 WHERE name = 'jump'$$);
SELECT does_not('console', 'make one up', $$INSERT INTO validation_rule VALUES ('mine', 'flag', NULL, 'x')$$);
SELECT does('console', 'gives an instrument its own', $$INSERT INTO instrument_rule SELECT min(id), 'jump', 'off' FROM instrument$$);
SELECT does_not('worker', 'change a rule', $$UPDATE validation_rule SET severity = 'off'$$);
SELECT does_not('console', 'say what a day is worth', $$DELETE FROM quality$$);
SELECT does('worker', 'notes a day by a doubt', $$INSERT INTO quarantine (load_id, instrument_id, interval_s, ts, rule,
    severity, field, value, expected, raw) SELECT 1, min(id), 86400, '2024-01-01Z', 'jump', 'flag', '', '', '', '' FROM instrument$$);
SELECT does('worker', 'takes the noted days', 'DELETE FROM quality_dirty');
SELECT does_not('worker', 'note days by itself', $$INSERT INTO quality_dirty (instrument_id, interval_s, from_ts, to_ts) VALUES (1, 60, now(), now())$$);
SELECT does_not('console', 'delete a listing', $$DELETE FROM listing$$);
SELECT does('console', 'saves a mapping', $$INSERT INTO saved_mapping (name, header, spec, created_by) VALUES ('a', 'b', '{}', 'ann')$$);
SELECT does('console', 'deletes a mapping', $$DELETE FROM saved_mapping$$);
SELECT does_not('console', 'count an upload''s rows', $$UPDATE upload SET rows_new = 1$$);
SELECT does_not('console', 'rename an upload', $$UPDATE upload SET name = 'b.csv'$$);
SELECT does_not('console', 'delete an upload', $$DELETE FROM upload$$);
SELECT does_not('console', 'write refusals', $$DELETE FROM upload_refusal$$);
SELECT does_not('console', 'give a job more attempts', $$UPDATE load_job SET max_attempts = 9$$);
SELECT does_not('console', 'forget what was believed', $$DELETE FROM bar_undone$$);
SELECT does_not('console', 'say what was believed in between', $$DELETE FROM bar_between$$);
SELECT does_not('console', 'undo a load', 'SELECT load_undo(1)');
SELECT does('console', 'decides about rows of quarantine', $$SELECT * FROM desk_decide('{}', 'reject', NULL, 'a', '', '')$$);
SELECT does('console', 'finds them', $$SELECT * FROM desk_find('open', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1)$$);
SELECT does_not('console', 'decide by hand', $$UPDATE quarantine SET state = 'rejected'$$);
SELECT does_not('console', 'take a bar out', $$SELECT bar_take_out(1, 86400, now(), 1)$$);
SELECT does_not('worker', 'decide', $$SELECT * FROM desk_decide('{}', 'reject', NULL, 'a', '', '')$$);
SELECT does_not('console', 'begin a month', $$SELECT bar_month_begin('2024_07')$$);
SELECT does('worker', 'begins a month', $$SELECT bar_month_begin('2024_07')$$);
SELECT does('worker', 'fills and ends it', $$INSERT INTO bar_minute_2024_07 VALUES (1, 60, '2024-07-02Z', 1, 1, 1, 1, NULL, 1);
                                             SELECT bar_month_end('2024_07')$$);
SELECT is(as_role('quotemill_worker', $$SELECT bar_month_end('2024_07')$$), 'P0001', 'a month ends once');
SELECT is(as_role('quotemill_worker', $$SELECT bar_month_begin('x; y')$$), '22000', 'a month is nothing but a month');
SELECT does_not('worker', 'take from history', $$DELETE FROM bar_history$$);
SELECT does_not('worker', 'write what was undone', $$DELETE FROM bar_undone$$);
SELECT does_not('worker', 'say what was believed in between', $$DELETE FROM bar_between$$);
SELECT does('worker', 'works a job', $$UPDATE load_job SET state = 'running', attempt = 1, worker = 'w', heartbeat_at = now()$$);
SELECT does('worker', 'keeps what was refused',
    $$INSERT INTO upload_refusal SELECT id, 1, 2, 'A', now(), 'time', false, 'time', 'x', 'a time', 'x,1' FROM upload
      ON CONFLICT (upload_id, seq) DO UPDATE SET line = 3$$);
SELECT does('worker', 'counts an upload''s rows', $$UPDATE upload SET rows_new = 1, state = 'checked'$$);
SELECT does_not('worker', 'delete an upload', $$DELETE FROM upload$$);
SELECT does_not('worker', 'save a mapping', $$UPDATE saved_mapping SET name = 'b'$$);
SELECT does('worker', 'defines a model', $$WITH m AS (INSERT INTO model (name, title, target_id) SELECT 'new', 'New', min(id) FROM instrument RETURNING id)
    INSERT INTO model_input (model_id, position, name, instrument_id) SELECT m.id, 1, 'x', i.id FROM m, instrument i LIMIT 1$$);
SELECT does('worker', 'switches a model off', 'UPDATE model SET enabled = false');
SELECT does_not('worker', 'move the gate', 'UPDATE model SET min_r2 = 0');
SELECT does('worker', 'removes a model', $$DELETE FROM model WHERE name = 'new'$$);
SELECT does('console', 'defines a model', $$WITH m AS (INSERT INTO model (name, title, target_id) SELECT 'new', 'New', min(id) FROM instrument RETURNING id)
    INSERT INTO model_input (model_id, position, name, instrument_id) SELECT m.id, 1, 'x', i.id FROM m, instrument i LIMIT 1$$);
SELECT does('console', 'switches a model on', 'UPDATE model SET enabled = true');
SELECT does_not('console', 'move the gate', 'UPDATE model SET min_r2 = 0');
SELECT does_not('console', 'remove a model', 'DELETE FROM model');
SELECT does('worker', 'marks bars as touched', $$INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts) VALUES (1, 900, now(), now())$$);
SELECT is((SELECT count(*) FROM model_touch WHERE interval_s = 900), 1::bigint, 'and the models hear of it');
SELECT does_not('worker', 'write what the models hear', 'INSERT INTO model_touch (instrument_id, interval_s, from_ts) VALUES (1, 60, now())');
SELECT does('console', 'reads a month', 'SELECT * FROM bar_minute_2024_05');

-- Alerts: the worker sees, the console says what is to be seen; neither does the other's.
SELECT may('quotemill_console', 'SELECT', ARRAY['channel', 'alert_rule', 'alert_state', 'alert_incident', 'alert_event', 'silence',
    'silence_now', 'delivery', 'delivery_incident']);
SELECT may('quotemill_console', 'INSERT, UPDATE, DELETE', ARRAY['channel', 'alert_rule', 'silence']);
SELECT may_not('quotemill_console', 'INSERT, UPDATE, DELETE, TRUNCATE', ARRAY['alert_state', 'alert_event', 'delivery_incident']);
SELECT may_not('quotemill_console', 'INSERT, UPDATE, DELETE, TRUNCATE', ARRAY['alert_incident']);
SELECT may_not('quotemill_console', 'UPDATE, DELETE, TRUNCATE', ARRAY['delivery']);
SELECT may('quotemill_worker', 'SELECT', ARRAY['channel', 'alert_rule', 'silence', 'silence_now', 'provider_outage', 'alert_dirty']);
SELECT may('quotemill_worker', 'INSERT', ARRAY['alert_state', 'alert_event', 'alert_incident', 'delivery', 'delivery_incident']);
SELECT may_not('quotemill_worker', 'INSERT, UPDATE, DELETE, TRUNCATE', ARRAY['silence']);
SELECT may_not('quotemill_worker', 'DELETE, TRUNCATE', ARRAY['channel', 'alert_incident', 'alert_event', 'delivery', 'delivery_incident']);
SELECT does('worker', 'keeps what happened', $$WITH i AS (INSERT INTO alert_incident (shared, title, severity, tags, opened_at, tell_at)
    VALUES (true, 't', 'info', '{}', now(), now()) RETURNING id)
    INSERT INTO alert_event (rule_name, shared, severity, kind, subject, at, text, incident_id)
    SELECT 'r', true, 'info', 'fired', '', now(), 't', id FROM i$$);
SELECT does('worker', 'owes a message', $$INSERT INTO delivery (channel_name, kind, severity) VALUES ('c', 'opened', 'info')$$);
SELECT does('worker', 'asks where the database is', 'SELECT alert_data_directory()');
SELECT does('console', 'asks that, too', 'SELECT alert_data_directory()');
SELECT does_not('worker', 'say where messages go', $$UPDATE channel SET settings = '{}'$$);
SELECT does_not('worker', 'change who may be told', 'UPDATE channel SET enabled = false');
SELECT does('worker', 'notes how a channel goes', 'UPDATE channel SET sent_at = now(), fault_at = now(), fault = NULL');
SELECT does_not('worker', 'forget what happened', 'DELETE FROM alert_event');
SELECT does_not('worker', 'keep anything quiet', $$UPDATE silence SET reason = 'x'$$);
SELECT does('console', 'acknowledges', $$UPDATE alert_incident SET acked_by = 'a', acked_at = now(), ack_note = ''$$);
SELECT does_not('console', 'close an incident', 'UPDATE alert_incident SET closed_at = now()');
SELECT does_not('console', 'rewrite what happened', $$UPDATE alert_event SET text = 'nothing'$$);
SELECT does('console', 'sends again', $$UPDATE delivery SET state = 'waiting', not_before = now(), attempts = 0, asked_by = 'a'$$);
SELECT does_not('console', 'rewrite a message', $$UPDATE delivery SET body = 'x'$$);
SELECT does_not('console', 'forget a message', 'DELETE FROM delivery');
SELECT does('console', 'silences', $$INSERT INTO silence (author, reason, ends_at) VALUES ('a', 'r', now() + interval '1 hour')$$);
SELECT does_not('console', 'note bars for rules', $$INSERT INTO alert_dirty (instrument_id, interval_s, from_ts, to_ts) VALUES (1, 60, now(), now())$$);

SELECT * FROM finish();
ROLLBACK;
