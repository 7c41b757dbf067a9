-- The audit entries next above an id, oldest first.
-- $1 text who, or null; $2 text action's beginning, or null; $3 text object,
-- or null; $4 bigint above this id; $5 bigint at most so many
-- -> as audit_list
SELECT id, floor(extract(epoch FROM at))::bigint AS at, who, action, object, before::text AS before,
       after::text AS after, address
  FROM audit_log
 WHERE ($1::text IS NULL OR who = $1::text)
   AND ($2::text IS NULL OR starts_with(action, $2::text))
   AND ($3::text IS NULL OR object = $3::text)
   AND id > $4::bigint
 ORDER BY id
 LIMIT $5::bigint;
