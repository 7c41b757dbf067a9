-- Which version answers from now on, who made it so and why.
-- $1 bigint model id; $2 bigint version id; $3 text who; $4 text why
INSERT INTO model_activation (model_id, version_id, who, why)
VALUES ($1::bigint, $2::bigint, $3::text, $4::text);
