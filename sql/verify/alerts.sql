SELECT id, owner_id, shared, kind, instrument_id, interval_s, left_term, op, right_term, condition, version
  FROM alert_rule WHERE false;
SELECT rule_id, subject, phase, incident_id, origin, seen, marks FROM alert_state WHERE false;
SELECT id, tags, closed_at, settled, acked_by FROM alert_incident WHERE false;
SELECT id, retroactive, incident_id FROM alert_event WHERE false;
SELECT id, ends_at, weekdays FROM silence WHERE false;
SELECT id, key, state, not_before FROM delivery WHERE false;
SELECT delivery_id, incident_id FROM delivery_incident WHERE false;
SELECT id, kind, settings, secret FROM channel WHERE false;
SELECT instrument_id, interval_s, from_ts, to_ts, due_ts FROM alert_dirty WHERE false;
SELECT silence, until FROM silence_now WHERE false;
SELECT failing_since, failing_run, faults FROM rate_bucket WHERE false;
SELECT provider, fault_kind, blocked_until FROM provider_outage WHERE false;
SELECT 1 / has_function_privilege('quotemill_worker', 'alert_data_directory()', 'EXECUTE')::integer;
