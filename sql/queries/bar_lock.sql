-- Lets one transaction at a time store bars of an instrument.
-- $1 bigint instrument
SELECT pg_advisory_xact_lock(hashtextextended('bar', $1::bigint))
