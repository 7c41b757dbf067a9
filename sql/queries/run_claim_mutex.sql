-- One claim at a time: what runs is looked at and added to by one worker only. Held until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('run_claim', 0))
