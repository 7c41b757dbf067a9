-- A new load in state fetched.
-- $1 bigint run (null: none); $2 bigint instrument; $3 integer interval_s; $4 text kind; $5 text provider;
-- $6 text provider_symbol; $7 text request; $8 text reason; $9 boolean simulated; $10, $11 bigint from and to (null:
-- none); $12 integer http_status; $13 float8 elapsed_ms; $14 text archive_hash; $15 bigint archive_bytes
-- -> id bigint
INSERT INTO load (run_id, instrument_id, interval_s, kind, provider, provider_symbol, request, reason, simulated,
                  from_ts, to_ts, http_status, elapsed_ms, archive_hash, archive_bytes)
VALUES ($1::bigint, $2::bigint, $3::integer, $4::text, $5::text, $6::text, $7::text, $8::text, $9::boolean,
        to_timestamp($10::bigint), to_timestamp($11::bigint), $12::integer, $13::float8, $14::text, $15::bigint)
RETURNING id
