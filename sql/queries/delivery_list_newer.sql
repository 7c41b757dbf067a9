-- As delivery_list, on the newer side of an id, oldest first.
-- $1 boolean they are an admin; $2 bigint their id; $3 bigint channel; $4 bigint incident; $5 text state; $6 text kind;
-- $7 bigint newer than this id; $8 integer at most so many
-- -> as delivery_list
SELECT d.id, d.key, coalesce(d.channel_id, 0) AS channel_id, d.channel_name, d.kind, d.severity, d.state, d.attempts,
       CASE WHEN s.sees_all THEN d.title END AS title, CASE WHEN s.sees_all THEN d.body END AS body, d.answer, d.error,
       d.asked_by, s.incidents, coalesce(s.incident_id, 0) AS incident_id,
       floor(extract(epoch FROM d.created_at))::bigint AS created_at,
       floor(extract(epoch FROM d.tried_at))::bigint AS tried_at,
       floor(extract(epoch FROM d.sent_at))::bigint AS sent_at,
       floor(extract(epoch FROM d.not_before))::bigint AS not_before
  FROM delivery d
 CROSS JOIN LATERAL (
       SELECT count(*) AS incidents, min(i.id) FILTER (WHERE v.sees) AS incident_id, coalesce(bool_and(v.sees), true) AS sees_all
         FROM delivery_incident di JOIN alert_incident i ON i.id = di.incident_id
        CROSS JOIN LATERAL (SELECT $1::boolean OR i.owner_id IS NULL OR i.shared OR i.owner_id = $2::bigint AS sees) v
        WHERE di.delivery_id = d.id) s
 WHERE ($1::boolean OR d.kind = 'test' OR s.incident_id IS NOT NULL)
   AND ($3::bigint IS NULL OR d.channel_id = $3::bigint)
   AND ($4::bigint IS NULL OR d.id IN (SELECT delivery_id FROM delivery_incident WHERE incident_id = $4::bigint))
   AND ($5::text IS NULL OR d.state = $5::text) AND ($6::text IS NULL OR d.kind = $6::text)
   AND d.id > $7::bigint
 ORDER BY d.id LIMIT $8::integer;
