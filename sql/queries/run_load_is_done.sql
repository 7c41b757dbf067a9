-- $1 bigint load
-- -> done boolean: it is stored or refused
SELECT state <> 'fetched' AS done FROM load WHERE id = $1::bigint
