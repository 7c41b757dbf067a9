-- Somebody is on an incident that is open and that nobody was on; the pages
-- that are open hear of it.
-- $1 bigint incident; $2 text who; $3 text note
UPDATE alert_incident SET acked_by = $2::text, acked_at = now(), ack_note = $3::text
 WHERE id = $1::bigint AND closed_at IS NULL AND acked_at IS NULL
RETURNING pg_notify('alert_due', 'pages')
