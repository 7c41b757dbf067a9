-- What alert rules wait for.
-- $1 bigint the time that data is judged by
-- -> series boolean: some series is to be evaluated; incidents boolean: some are open, or not settled;
--    next_ts bigint: when something is due by time alone, later than $1 (null: nothing is)
WITH rule AS MATERIALIZED (
    SELECT s.rule_id IS NULL AS is_new,
           CASE WHEN r.no_data_s > 0 AND s.phase NOT IN ('no_data', 'done')
                THEN extract(epoch FROM s.last_ts)::bigint + r.interval_s + r.no_data_s END AS lost_ts
      FROM alert_rule r
      LEFT JOIN alert_state s ON s.rule_id = r.id AND s.rule_version = r.version
     WHERE r.kind = 'series' AND r.enabled AND (s.rule_id IS NULL OR r.no_data_s > 0)
)
SELECT EXISTS (SELECT FROM alert_dirty WHERE due_ts <= to_timestamp($1::bigint))
           OR EXISTS (SELECT FROM rule WHERE is_new OR lost_ts <= $1::bigint) AS series,
       EXISTS (SELECT FROM alert_incident WHERE NOT settled) AS incidents,
       least((SELECT extract(epoch FROM min(due_ts))::bigint FROM alert_dirty WHERE due_ts > to_timestamp($1::bigint)),
             (SELECT min(lost_ts) FROM rule WHERE lost_ts > $1::bigint)) AS next_ts
