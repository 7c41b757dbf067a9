-- Lets one transaction at a time make the quality of an instrument.
-- $1 bigint instrument
SELECT pg_advisory_xact_lock(hashtextextended('quality', $1::bigint))
