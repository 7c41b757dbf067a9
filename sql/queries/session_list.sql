-- A user's living sessions, last seen first.
-- $1 bigint user id; $2, $3 bigint idle and longest life in seconds
-- -> token_hash text; created_at, seen_at bigint (Unix seconds); address,
-- agent text
SELECT token_hash, floor(extract(epoch FROM created_at))::bigint AS created_at,
       floor(extract(epoch FROM seen_at))::bigint AS seen_at, address, agent
  FROM session
 WHERE user_id = $1::bigint
   AND seen_at > now() - $2::bigint * interval '1 second'
   AND created_at > now() - $3::bigint * interval '1 second'
 ORDER BY session.seen_at DESC, session.created_at DESC, token_hash;
