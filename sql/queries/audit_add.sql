-- $1 text who; $2 text action; $3 text object; $4, $5 jsonb before and after,
-- or null; $6 text address
INSERT INTO audit_log (who, action, object, before, after, address)
VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6);
