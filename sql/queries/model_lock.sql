-- Waits for a model's lock, held until the transaction ends.
-- $1 text model name
SELECT pg_advisory_xact_lock(hashtextextended('model ' || $1::text, 0));
