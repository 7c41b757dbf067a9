-- The newest upload of the same bytes whose rows are stored.
-- $1 text archive_hash; $2 bigint an upload that does not count
-- -> id, load_id bigint
SELECT u.id, l.id AS load_id
  FROM upload u
  JOIN LATERAL (SELECT id FROM load WHERE upload_id = u.id AND state = 'stored' ORDER BY id LIMIT 1) l ON true
 WHERE u.archive_hash = $1::text AND u.id <> $2::bigint AND u.state IN ('stored', 'undoing')
 ORDER BY u.id DESC LIMIT 1
