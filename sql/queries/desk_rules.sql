-- The names of the validation rules.
-- -> name text
SELECT name FROM validation_rule ORDER BY name
