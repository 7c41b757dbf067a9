-- Which of these events of rules were not kept since the rule was last changed.
-- $1 bigint[] rules, $2 text[] kinds, $3 bigint[] bars
-- -> nth bigint (from 1)
SELECT w.nth
  FROM unnest($1::bigint[], $2::text[], $3::bigint[]) WITH ORDINALITY AS w (rule_id, kind, ts, nth)
  JOIN alert_rule r ON r.id = w.rule_id
 WHERE NOT EXISTS (SELECT FROM alert_event e
                    WHERE e.rule_id = w.rule_id AND e.ts = to_timestamp(w.ts) AND e.kind = w.kind
                      AND e.created_at >= r.updated_at)
 ORDER BY 1
