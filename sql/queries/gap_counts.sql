-- Stretches of time that have fewer bars than are expected there.
-- $1 bigint[] instruments; $2 integer[] interval_s; $3, $4 bigint[] first and last opening time; $5 bigint[] expected
-- -> i bigint (place in the arrays, from 1), n bigint bars that are there
SELECT r.i, c.n
  FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[])
       WITH ORDINALITY AS r (instrument_id, interval_s, from_ts, to_ts, expected, i)
 CROSS JOIN LATERAL (
       SELECT count(*) AS n FROM bar
        WHERE instrument_id = r.instrument_id AND interval_s = r.interval_s
          AND ts BETWEEN to_timestamp(r.from_ts) AND to_timestamp(r.to_ts)) c
 WHERE c.n < r.expected
 ORDER BY r.i
