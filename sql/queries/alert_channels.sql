-- Which of these channels there are; none of them goes before the transaction has ended.
-- $1 bigint[] ids
-- -> id bigint
SELECT id FROM channel WHERE id = ANY ($1::bigint[]) ORDER BY id FOR KEY SHARE
