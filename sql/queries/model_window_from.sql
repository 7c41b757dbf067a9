-- The opening time of a bar so many before the newest.
-- $1 bigint instrument; $2 integer interval_s; $3 bigint how many before (0: the newest itself)
-- -> from_ts bigint (null: there are not so many)
SELECT extract(epoch FROM (SELECT ts FROM bar
                            WHERE instrument_id = $1::bigint AND interval_s = $2::integer
                            ORDER BY ts DESC OFFSET $3::bigint LIMIT 1))::bigint AS from_ts;
