-- $1 bigint id; $2 text name; $3 boolean enabled; $4 jsonb settings; $5 text sealed secret or null; $6 text[] severities
-- -> id bigint; summary text (JSON, without secrets)
UPDATE channel SET name = $2, enabled = $3::boolean, settings = $4::jsonb, secret = $5, severities = $6::text[],
       version = version + 1, updated_at = now()
 WHERE id = $1::bigint
RETURNING id, jsonb_build_object('name', name, 'kind', kind, 'enabled', enabled, 'settings', settings,
                                 'severities', severities) AS summary;
