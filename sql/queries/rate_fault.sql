-- What went wrong with a provider, for people, and how long it has gone wrong. An answer that is wrong for one symbol
-- only shows that the provider answers.
-- $1 text provider; $2 text kind of fault; $3 bigint run
INSERT INTO rate_bucket AS b (provider, tokens, refilled_at, fault_at, fault_kind, fault_run, failing_since, failing_run, faults)
SELECT p.name, p.burst, clock_timestamp(), clock_timestamp(), $2::text, $3::bigint,
       CASE WHEN f.own THEN clock_timestamp() END, CASE WHEN f.own THEN $3::bigint END, f.own::integer
  FROM provider p, (SELECT $2::text NOT IN ('client', 'too_large', 'wrong_symbol', 'empty', 'stale') AS own) f
 WHERE p.name = $1::text
ON CONFLICT (provider) DO UPDATE
   SET (fault_at, fault_kind, fault_run, failing_since, failing_run, faults) = (
       SELECT excluded.fault_at, excluded.fault_kind, excluded.fault_run,
              CASE WHEN goes_on THEN b.failing_since ELSE excluded.failing_since END,
              CASE WHEN goes_on THEN b.failing_run ELSE excluded.failing_run END,
              CASE WHEN goes_on THEN b.faults + 1 ELSE excluded.faults END
         FROM (SELECT excluded.faults > 0 AND b.failing_since IS NOT NULL
                      AND NOT EXISTS (SELECT FROM load l WHERE l.provider = b.provider AND l.created_at > b.failing_since)
                      AS goes_on) f)
