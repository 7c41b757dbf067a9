-- The newest saved state before a time.
-- $1 bigint instrument; $2 integer interval_s; $3 bigint time; $4 integer version
-- -> through_ts bigint, state bytea; no row when there is none
SELECT extract(epoch FROM through_ts)::bigint AS through_ts, state
  FROM mill_state
 WHERE instrument_id = $1::bigint AND interval_s = $2::integer AND through_ts < to_timestamp($3::bigint)
   AND version = $4::integer
 ORDER BY mill_state.through_ts DESC LIMIT 1
