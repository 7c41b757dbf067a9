-- Adds an instrument.
-- $1 text symbol; $2 text title; $3 text kind; $4 text currency; $5 text calendar; $6 integer interval in seconds
-- $7, $8 double precision price bounds, $9 double precision jump fraction, each or NULL
-- -> id bigint
INSERT INTO instrument (symbol, title, kind, currency, calendar, interval_s, price_min, price_max, jump_frac)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::integer, $7::double precision, $8::double precision,
        $9::double precision)
RETURNING id
