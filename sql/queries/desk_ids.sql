-- Ids of the newest rows of quarantine by a filter, of which a NULL parameter does not filter.
-- $1 text state; $2 text symbol; $3 text rule; $4 text severity; $5, $6 bigint the row's time in [from, to);
-- $7 bigint load; $8 bigint older than this id; $9 integer limit
-- -> id bigint, newest first
SELECT id
  FROM desk_find($1::text, $2::text, $3::text, $4::text, to_timestamp($5::bigint), to_timestamp($6::bigint),
                 $7::bigint, $8::bigint, NULL, $9::integer) AS id
