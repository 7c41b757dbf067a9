-- Claims what is due, oldest first: one for each channel for which nobody sends just now, so that a channel that hangs
-- holds up itself alone; and none that tells of an incident of which the channel is still to be told something earlier.
-- What died with its sender too often is dead, what has lost its channel is dropped.
-- $1 text who; $2 float8 seconds of the lease; $3 integer at most so many; $4 integer tries
-- -> id, channel_id, attempts (this one included), created_ts, claimed_ts (Unix seconds) bigint; key, kind, severity,
--    channel_kind, settings, secret, title, body text (the last three may be null)
WITH buried AS (
    UPDATE delivery SET state = CASE WHEN channel_id IS NULL THEN 'dropped' ELSE 'dead' END,
           error = coalesce(error, 'its sender ended while it was being sent, again and again')
     WHERE state IN ('waiting', 'sending') AND not_before <= now()
       AND (channel_id IS NULL OR (state = 'sending' AND attempts >= $4::integer))
), ready AS MATERIALIZED (
    SELECT DISTINCT ON (d.channel_id) d.id, c.kind AS channel_kind, c.settings, c.secret
      FROM delivery d JOIN channel c ON c.id = d.channel_id
     WHERE d.state IN ('waiting', 'sending') AND d.not_before <= now() AND (d.state = 'waiting' OR d.attempts < $4::integer)
       AND (c.enabled OR d.kind = 'test')
       AND NOT EXISTS (
           SELECT FROM delivery busy
            WHERE busy.channel_id = d.channel_id AND busy.state = 'sending' AND busy.not_before > now())
       AND NOT EXISTS (
           SELECT FROM delivery_incident mine
             JOIN delivery_incident other ON other.incident_id = mine.incident_id AND other.delivery_id < mine.delivery_id
             JOIN delivery earlier ON earlier.id = other.delivery_id
            WHERE mine.delivery_id = d.id AND earlier.channel_id = d.channel_id
              AND earlier.state IN ('waiting', 'sending'))
     ORDER BY d.channel_id, d.not_before, d.id
), due AS (
    SELECT d.id, ready.channel_kind, ready.settings, ready.secret
      FROM delivery d JOIN ready USING (id)
     WHERE d.state IN ('waiting', 'sending') AND d.not_before <= now()
     ORDER BY d.not_before, d.id
     LIMIT $3::integer
       FOR UPDATE OF d SKIP LOCKED
), claimed AS (
    UPDATE delivery d
       SET state = 'sending', worker = $1, attempts = d.attempts + 1, tried_at = now(),
           lease_until = now() + make_interval(secs => $2::float8),
           not_before = now() + make_interval(secs => $2::float8)
      FROM due WHERE d.id = due.id
    RETURNING d.*, due.channel_kind, due.settings, due.secret
)
SELECT id, channel_id, attempts, key, kind, severity, channel_kind, settings, secret, title, body,
       floor(extract(epoch FROM created_at))::bigint AS created_ts, floor(extract(epoch FROM now()))::bigint AS claimed_ts
  FROM claimed ORDER BY id;
