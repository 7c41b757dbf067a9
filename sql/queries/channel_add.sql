-- $1 text name; $2 text kind; $3 boolean enabled; $4 jsonb settings; $5 text sealed secret or null; $6 text[] severities;
-- $7 text who
-- -> id bigint; summary text (JSON, without secrets)
INSERT INTO channel (name, kind, enabled, settings, secret, severities, created_by)
VALUES ($1, $2, $3::boolean, $4::jsonb, $5, $6::text[], $7)
RETURNING id, jsonb_build_object('name', name, 'kind', kind, 'enabled', enabled, 'settings', settings,
                                 'severities', severities) AS summary;
