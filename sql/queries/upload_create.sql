-- A new upload in state received.
-- $1 text name; $2 text archive_hash; $3 bigint bytes; $4 bigint plain_bytes; $5 text packing; $6 bytea head;
-- $7 bytea tail; $8 text source; $9 text uploaded_by
-- -> id bigint
INSERT INTO upload (name, archive_hash, bytes, plain_bytes, packing, head, tail, source, uploaded_by)
VALUES ($1::text, $2::text, $3::bigint, $4::bigint, $5::text, $6::bytea, $7::bytea, $8::text, $9::text)
RETURNING id
