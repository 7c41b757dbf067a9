-- Sources of a step of which a response could not be used, in this attempt at the step or an earlier one.
-- $1 bigint step
-- -> source, error text
SELECT source, error FROM step_source
 WHERE step_id = $1::bigint AND error_kind = 'unusable'
