-- Notes that bars came, changed or went.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time; $5 bigint load (null: none)
INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts, load_id)
VALUES ($1::bigint, $2::integer, to_timestamp($3::bigint), to_timestamp($4::bigint), $5::bigint)
