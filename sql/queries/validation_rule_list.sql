-- The validation rules, as they hold for one instrument.
-- $1 bigint instrument; null: as they hold where an instrument says nothing
-- -> name, severity text; threshold float8 (may be null)
SELECT r.name, coalesce(o.severity, r.severity) AS severity, coalesce(o.threshold, r.threshold) AS threshold
  FROM validation_rule r
  LEFT JOIN instrument_rule o ON o.rule = r.name AND o.instrument_id = $1::bigint
