-- States that are over, or whose rule is switched off or was changed, belong to no incident any more.
UPDATE alert_state s
   SET incident_id = NULL
 WHERE s.incident_id IS NOT NULL
   AND (s.phase NOT IN ('active', 'no_data')
        OR NOT EXISTS (SELECT FROM alert_rule r WHERE r.id = s.rule_id AND r.enabled AND r.version = s.rule_version))
