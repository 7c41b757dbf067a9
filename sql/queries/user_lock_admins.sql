-- The admins who can sign in, locked until the transaction ends, so that two
-- of them cannot remove each other at the same time.
-- -> id bigint
SELECT id FROM app_user WHERE role = 'admin' AND NOT disabled ORDER BY id FOR UPDATE;
