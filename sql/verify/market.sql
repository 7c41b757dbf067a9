SELECT name, title, time_zone, weekdays, holiday_rule, late_after, stale_after FROM calendar WHERE false;
SELECT id, symbol, title, kind, currency, calendar, interval_s, price_min, price_max, jump_frac, active, created_at
  FROM instrument WHERE false;
SELECT name, title, driver, base_url, enabled, priority, rate_per_minute, burst, max_parallel, spec
  FROM provider WHERE false;
SELECT id, instrument_id, provider, provider_symbol, priority, enabled FROM listing WHERE false;
SELECT provider, tokens, refilled_at, blocked_until, fault_at, fault_kind, fault_run FROM rate_bucket WHERE false;
SELECT id, run_id, instrument_id, interval_s, kind, provider, provider_symbol, request, reason, simulated, from_ts,
       to_ts, http_status, elapsed_ms, archive_hash, archive_bytes, state, rows_new, rows_same, rows_changed,
       rows_refused, rows_flagged, error, created_at, stored_at
  FROM load WHERE false;
SELECT instrument_id, interval_s, ts, open, high, low, close, volume, load_id FROM bar WHERE false;
SELECT instrument_id, interval_s, ts, open, high, low, close, volume, load_id FROM bar_coarse WHERE false;
SELECT instrument_id, interval_s, ts, open, high, low, close, volume, load_id FROM bar_minute WHERE false;
SELECT instrument_id, interval_s, ts, open, high, low, close, volume, load_id, replaced_by, believed_from, believed_to
  FROM bar_history WHERE false;
SELECT name, severity, threshold, description FROM validation_rule WHERE false;
SELECT id, load_id, instrument_id, interval_s, ts, rule, severity, field, value, expected, raw, state, seen,
       created_at, last_seen_at, decided_by, decided_at, note
  FROM quarantine WHERE false;
SELECT date, mstr_price, btc_price, mnav FROM mstr_historical_data WHERE false;
SELECT 'rate_take(text, integer)'::regprocedure;
SELECT 'bar_partitions_ensure(timestamptz, timestamptz)'::regprocedure;
SELECT 'quarantine_once'::regclass;
