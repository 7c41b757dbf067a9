-- Replaces an alert rule; whose it is stays.
-- $1 to $24 as alert_add.sql; $25 bigint id
UPDATE alert_rule
   SET (name, shared, enabled, kind, severity, instrument_id, interval_s, left_term, op, right_term, for_bars,
        clear_level, no_data_s, condition, threshold, subject, cooldown_s, once, channels, tell_resolved, remind_s,
        escalate_s, escalate_to, note, version, updated_at)
     = ($1::text, $2::boolean, $3::boolean, $4::text, $5::text, $6::bigint, $7::integer, $8::text, $9::text, $10::text,
        $11::integer, $12::float8, $13::bigint, $14::text, $15::float8, $16::text, $17::bigint, $18::boolean,
        $19::bigint[], $20::boolean, $21::bigint, $22::bigint, $23::bigint[], $24::text, version + 1, now())
 WHERE id = $25::bigint
