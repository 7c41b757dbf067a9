-- An input of a new model.
-- $1 bigint model id; $2 smallint position; $3 text name; $4 bigint instrument; $5 text field; $6 text transform;
-- $7 integer lag
INSERT INTO model_input (model_id, position, name, instrument_id, field, transform, lag)
VALUES ($1::bigint, $2::smallint, $3::text, $4::bigint, $5::text, $6::text, $7::integer);
