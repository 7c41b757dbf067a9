-- Adds an alert rule.
-- $1 text name; $2 boolean shared; $3 boolean enabled; $4 text kind; $5 text severity; $6 bigint instrument;
-- $7 integer interval_s; $8, $9, $10 text left term, operator, right term; $11 integer for_bars; $12 float8 clear level;
-- $13 bigint no_data_s; $14 text condition; $15 float8 threshold; $16 text subject; $17 bigint cooldown_s;
-- $18 boolean once; $19 bigint[] channels; $20 boolean tell_resolved; $21 bigint remind_s; $22 bigint escalate_s;
-- $23 bigint[] escalate_to; $24 text note; $25 bigint owner (NULL: the installation)
-- -> id bigint
INSERT INTO alert_rule (name, shared, enabled, kind, severity, instrument_id, interval_s, left_term, op, right_term,
                        for_bars, clear_level, no_data_s, condition, threshold, subject, cooldown_s, once, channels,
                        tell_resolved, remind_s, escalate_s, escalate_to, note, owner_id, owner)
VALUES ($1::text, $2::boolean, $3::boolean, $4::text, $5::text, $6::bigint, $7::integer, $8::text, $9::text, $10::text,
        $11::integer, $12::float8, $13::bigint, $14::text, $15::float8, $16::text, $17::bigint, $18::boolean,
        $19::bigint[], $20::boolean, $21::bigint, $22::bigint, $23::bigint[], $24::text, $25::bigint,
        (SELECT u.name FROM app_user u WHERE u.id = $25::bigint))
RETURNING id
