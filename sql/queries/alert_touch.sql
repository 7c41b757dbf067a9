-- Notes for the rules of a series that bars came, changed or went; nothing where it has none.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time
INSERT INTO alert_dirty (instrument_id, interval_s, from_ts, to_ts)
SELECT $1::bigint, $2::integer, to_timestamp($3::bigint), to_timestamp($4::bigint)
 WHERE EXISTS (SELECT FROM alert_rule r
                WHERE r.instrument_id = $1::bigint AND r.interval_s = $2::integer AND r.kind = 'series' AND r.enabled)
