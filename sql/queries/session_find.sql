-- Who a session's token belongs to, what the bell tells them (incidents that
-- they may see, open and acknowledged by nobody; counted to 100), and the state
-- of the whole database, in one round trip; always one row. Equal stamps mean that no transaction has
-- committed in between: a commit takes its id out of the snapshot's running
-- list or moves the snapshot's end. On a standby that does not hold, so there
-- the stamp is null. The server's start tells a restored database apart.
-- $1 text hash of the token; $2, $3 bigint idle and longest life in seconds
-- -> stamp text (may be null); user_id null when there is no such session;
--    alerts bigint, alerts_severity text the worst of them, null when none
SELECT CASE WHEN NOT pg_is_in_recovery()
            THEN pg_current_snapshot()::text || pg_postmaster_start_time()::text END AS stamp,
       u.id AS user_id, u.name, u.role, u.time_zone, s.csrf,
       s.seen_at < now() - interval '1 minute' AS is_seen_old,
       bell.n AS alerts, (ARRAY['info', 'warning', 'critical'])[bell.worst] AS alerts_severity
  FROM (SELECT) AS always
  LEFT JOIN (session s JOIN app_user u ON u.id = s.user_id AND NOT u.disabled)
    ON s.token_hash = $1
   AND s.seen_at > now() - $2::bigint * interval '1 second'
   AND s.created_at > now() - $3::bigint * interval '1 second'
 CROSS JOIN LATERAL (
       SELECT count(*) AS n, max(array_position(ARRAY['info', 'warning', 'critical'], seen.severity)) AS worst
         FROM (SELECT i.severity FROM alert_incident i
                WHERE NOT i.settled AND i.closed_at IS NULL AND i.acked_at IS NULL AND u.id IS NOT NULL
                  AND (u.role = 'admin' OR i.shared OR i.owner_id IS NULL OR i.owner_id = u.id)
                LIMIT 100) seen) bell;
