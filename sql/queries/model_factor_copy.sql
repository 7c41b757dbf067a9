-- A kept factor.
-- qm.p1 bigint model id
-- -> state bytea
COPY (
    SELECT state FROM model_factor WHERE model_id = current_setting('qm.p1')::bigint
) TO STDOUT (FORMAT binary);
