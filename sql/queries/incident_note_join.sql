-- More events belong to open incidents.
-- $1 bigint[] incidents; $2 text[] severities; $3 text[] tags, each an array's literal; $4 bigint[] events
UPDATE alert_incident i
   SET events = i.events + n.events,
       severity = CASE WHEN array_position('{info,warning,critical}', n.severity)
                            > array_position('{info,warning,critical}', i.severity) THEN n.severity ELSE i.severity END,
       tags = i.tags || ARRAY(SELECT t FROM unnest(n.tags::text[]) t WHERE t <> ALL (i.tags))
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) AS n (id, severity, tags, events)
 WHERE i.id = n.id
