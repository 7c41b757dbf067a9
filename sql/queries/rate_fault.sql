-- What went wrong with a provider, for people.
-- $1 text provider; $2 text kind of fault; $3 bigint run
INSERT INTO rate_bucket (provider, tokens, refilled_at, fault_at, fault_kind, fault_run)
SELECT name, burst, clock_timestamp(), clock_timestamp(), $2::text, $3::bigint FROM provider WHERE name = $1::text
ON CONFLICT (provider) DO UPDATE
   SET fault_at = excluded.fault_at, fault_kind = excluded.fault_kind, fault_run = excluded.fault_run
