-- The validation rules.
-- -> name, severity text; threshold float8 (may be null)
SELECT name, severity, threshold FROM validation_rule
