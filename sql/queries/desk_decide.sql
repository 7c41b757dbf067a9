-- Decides about rows of quarantine.
-- $1 bigint[] rows; $2 text accept, correct, reject or reopen; $3 float8[] open, high, low, close, volume to correct with;
-- $4 text who; $5 text address; $6 text note
-- -> row_id, instrument_id bigint, outcome text (sql/deploy/desk.sql has the words), load_id bigint (may be null)
SELECT row_id, instrument_id, outcome, load_id
  FROM desk_decide($1::bigint[], $2::text, $3::float8[], $4::text, $5::text, $6::text)
