-- Which version answers from now on, who made it so, why and how.
-- $1 bigint model id; $2 bigint version id; $3 text who; $4 text why; $5 text how (retrained, promoted, returned, chosen)
INSERT INTO model_activation (model_id, version_id, who, why, how)
VALUES ($1::bigint, $2::bigint, $3::text, $4::text, $5::text);
