-- One claim at a time: what is under way is looked at and added to by one worker only. Held until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('upload_job_claim', 0))
