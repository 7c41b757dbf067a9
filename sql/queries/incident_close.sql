-- Closes the incidents whose states are over.
UPDATE alert_incident i
   SET closed_at = now()
 WHERE NOT i.settled AND i.closed_at IS NULL AND NOT EXISTS (SELECT FROM alert_state s WHERE s.incident_id = i.id)
