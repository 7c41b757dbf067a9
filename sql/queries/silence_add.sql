-- A new silence.
-- $1 bigint author; $2 text their name; $3 boolean for all; $4 text reason; $5 bigint rule; $6 bigint instrument; $7 text
-- provider; $8 text severity (each NULL: any); $9 bigint starts (NULL: now); $10 bigint ends (NULL: never); $11 smallint
-- weekdays, $12, $13 integer minutes from and to, $14 text time zone (each NULL: no mute window)
-- -> id bigint
INSERT INTO silence (author_id, author, for_all, reason, rule_id, instrument_id, provider, severity, starts_at, ends_at,
                     weekdays, from_time, to_time, time_zone)
VALUES ($1::bigint, $2::text, $3::boolean, $4::text, $5::bigint, $6::bigint, $7::text, $8::text,
        coalesce(to_timestamp($9::bigint), now()), to_timestamp($10::bigint), $11::smallint,
        time '00:00' + $12::integer * interval '1 minute', time '00:00' + $13::integer * interval '1 minute', $14::text)
RETURNING id
