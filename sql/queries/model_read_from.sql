-- The first bar that rows from a time on may look at.
-- $1 bigint[] instruments; $2 integer interval_s; $3 bigint first row's time; $4 integer bars before it
-- -> from_ts bigint
SELECT extract(epoch FROM coalesce(min(b.ts), to_timestamp($3::bigint)))::bigint AS from_ts
  FROM unnest($1::bigint[]) AS i (id)
  LEFT JOIN LATERAL (SELECT ts FROM bar
                      WHERE instrument_id = i.id AND interval_s = $2::integer AND ts < to_timestamp($3::bigint)
                      ORDER BY ts DESC LIMIT $4::integer) b ON true;
