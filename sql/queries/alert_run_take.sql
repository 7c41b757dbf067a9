-- Series that are to be evaluated, the longest waiting first, with all notes of them, which are taken.
-- $1 bigint the time that data is judged by; $2 integer series, at most
-- -> instrument_id bigint, interval_s integer, from_ts, to_ts bigint, created_us bigint (null: no note of it), by series
--    and from_ts
WITH wanted AS (
    SELECT instrument_id, interval_s, min(id) AS id
      FROM alert_dirty
     WHERE due_ts <= to_timestamp($1::bigint)
     GROUP BY 1, 2
    UNION ALL
    SELECT r.instrument_id, r.interval_s, 0
      FROM alert_rule r
      LEFT JOIN alert_state s ON s.rule_id = r.id AND s.rule_version = r.version
     WHERE r.kind = 'series' AND r.enabled
       AND (s.rule_id IS NULL
            OR r.no_data_s > 0 AND s.phase NOT IN ('no_data', 'done')
               AND extract(epoch FROM s.last_ts)::bigint + r.interval_s + r.no_data_s <= $1::bigint)
), due AS MATERIALIZED (
    SELECT instrument_id, interval_s FROM wanted GROUP BY 1, 2 ORDER BY min(id) LIMIT $2::integer
), taken AS (
    DELETE FROM alert_dirty d USING due
     WHERE d.instrument_id = due.instrument_id AND d.interval_s = due.interval_s
    RETURNING d.instrument_id, d.interval_s, d.from_ts, d.to_ts, d.created_at
)
SELECT due.instrument_id, due.interval_s, extract(epoch FROM taken.from_ts)::bigint AS from_ts,
       extract(epoch FROM taken.to_ts)::bigint AS to_ts,
       (extract(epoch FROM taken.created_at) * 1000000)::bigint AS created_us
  FROM due LEFT JOIN taken USING (instrument_id, interval_s)
 ORDER BY 1, 2, 3
