-- $1 text name; $2 text password hash; $3 text role
-- -> id bigint
INSERT INTO app_user (name, password_hash, role) VALUES ($1, $2, $3) RETURNING id;
