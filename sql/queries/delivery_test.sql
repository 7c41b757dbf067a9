-- $1 bigint channel; $2 text who
-- -> id bigint; channel_name text; nothing: there is no such channel
INSERT INTO delivery (channel_id, channel_name, kind, severity, asked_by)
SELECT id, name, 'test', 'info', $2 FROM channel WHERE id = $1::bigint
RETURNING id, channel_name;
