-- When the next delivery is due.
-- -> wait_s float8: seconds, 0 or more; null: none waits
SELECT CASE WHEN count(*) > 0 THEN greatest(0, extract(epoch FROM min(d.not_before) - now()))::float8 END AS wait_s
  FROM delivery d JOIN channel c ON c.id = d.channel_id
 WHERE d.state IN ('waiting', 'sending') AND (c.enabled OR d.kind = 'test')
   AND (d.state = 'sending' OR NOT EXISTS (
       SELECT FROM delivery busy WHERE busy.channel_id = d.channel_id AND busy.state = 'sending'))
   AND NOT EXISTS (
       SELECT FROM delivery_incident mine
         JOIN delivery_incident other ON other.incident_id = mine.incident_id AND other.delivery_id < mine.delivery_id
         JOIN delivery earlier ON earlier.id = other.delivery_id
        WHERE mine.delivery_id = d.id AND earlier.channel_id = d.channel_id
          AND earlier.state IN ('waiting', 'sending'));
