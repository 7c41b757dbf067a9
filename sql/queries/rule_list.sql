-- The validation rules with what an instrument says of its own.
-- $1 bigint instrument; 0: none
-- -> name, description, severity text, threshold double precision (may be null); own_severity, own_threshold (may be
--    null)
SELECT r.name, r.description, r.severity, r.threshold, o.severity AS own_severity, o.threshold AS own_threshold
  FROM validation_rule r
  LEFT JOIN instrument_rule o ON o.rule = r.name AND o.instrument_id = $1::bigint
