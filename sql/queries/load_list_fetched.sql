-- The loads of a run whose rows are not stored yet.
-- $1 bigint run
-- -> id, run_id, instrument_id, interval_s, kind, provider, provider_symbol, request, reason, simulated, from_ts, to_ts
--    (bigint, may be null), http_status, elapsed_ms, archive_hash, archive_bytes
SELECT id, run_id, instrument_id, interval_s, kind, provider, provider_symbol, request, reason, simulated,
       extract(epoch FROM from_ts)::bigint AS from_ts, extract(epoch FROM to_ts)::bigint AS to_ts, http_status,
       elapsed_ms, archive_hash, archive_bytes
  FROM load
 WHERE run_id = $1::bigint AND state = 'fetched'
 ORDER BY instrument_id, id
