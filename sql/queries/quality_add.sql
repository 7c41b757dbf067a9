-- The quality of days that have none, one element for each.
-- $1 bigint instrument; $2 integer interval_s; $3 bigint[] days; $4 bigint[] expected; $5 bigint[] present;
-- $6 bigint[] stored; $7 bigint[] refused; $8 bigint[] flagged; $9 bigint[] compared; $10 bigint[] agreed;
-- $11 double precision[] scores
INSERT INTO quality (instrument_id, interval_s, ts, expected, present, stored, refused, flagged, compared, agreed, score)
SELECT $1::bigint, $2::integer, to_timestamp(d.day), d.expected, d.present, d.stored, d.refused, d.flagged, d.compared,
       d.agreed, d.score
  FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
              $10::bigint[], $11::float8[])
       AS d (day, expected, present, stored, refused, flagged, compared, agreed, score)
