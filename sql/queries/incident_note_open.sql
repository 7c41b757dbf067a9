-- Opens incidents.
-- $1 bigint[] owners (null: the installation's); $2 boolean[] shared; $3 text[] titles; $4 text[] severities;
-- $5 text[] tags, each an array's literal; $6 bigint[] events; $7 bigint[] seconds until they are told
-- -> id bigint, in this order
INSERT INTO alert_incident (owner_id, shared, title, severity, tags, opened_at, events, tell_at)
SELECT owner_id, shared, title, severity, tags::text[], now(), events, now() + wait_s * interval '1 second'
  FROM unnest($1::bigint[], $2::boolean[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
       WITH ORDINALITY n (owner_id, shared, title, severity, tags, events, wait_s, nth)
 ORDER BY nth
RETURNING id
