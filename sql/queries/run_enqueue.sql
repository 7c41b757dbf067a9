-- Queues a run.
-- $1 text mode; $2 text trigger; $3 text requested by; $4 text reason
-- $5 smallint lane; $6 bigint[] instrument ids, NULL: all active
-- $7 text[] providers, NULL: all enabled; $8, $9 bigint first and last bar's time, or NULL
-- $10 text[] steps in order; $11 bigint run that this one tries again, or NULL; $12 boolean simulated
-- -> id bigint
INSERT INTO run (mode, trigger, requested_by, reason, lane, instruments, providers, from_ts, to_ts, steps, retry_of,
                 simulated)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::smallint, $6::bigint[], $7::text[],
        to_timestamp($8::bigint), to_timestamp($9::bigint), $10::text[], $11::bigint, $12::boolean)
RETURNING id
