-- Reminders and escalations that still wait and whose incidents are all acknowledged or closed.
UPDATE delivery d
   SET state = 'dropped'
 WHERE d.state = 'waiting' AND d.kind IN ('reminder', 'escalated')
   AND NOT EXISTS (SELECT FROM delivery_incident di JOIN alert_incident i ON i.id = di.incident_id
                    WHERE di.delivery_id = d.id AND i.closed_at IS NULL AND i.acked_at IS NULL)
