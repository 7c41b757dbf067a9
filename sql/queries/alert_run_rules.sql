-- The rules of series, with where they stand; no state where there is none of the rule's version.
-- $1 bigint[] instruments, $2 integer[] intervals
-- -> id, version bigint, name, severity text, owner_id bigint (null: the installation's), shared boolean,
--    instrument_id bigint, interval_s integer, left_term, op, right_term text, for_bars integer, clear_level float8,
--    no_data_s, cooldown_s bigint, once boolean, updated_us bigint, symbol, calendar, phase, before text, held, side
--    integer, last_ts, since, fired_at, origin, seen bigint, value float8, told boolean, marks text (hexadecimal),
--    by series
SELECT r.id, r.version, r.name, r.severity, r.owner_id, r.shared, r.instrument_id, r.interval_s, r.left_term, r.op,
       r.right_term, r.for_bars, r.clear_level, r.no_data_s, r.cooldown_s, r.once,
       (extract(epoch FROM r.updated_at) * 1000000)::bigint AS updated_us, i.symbol, i.calendar, s.phase, s.before,
       s.held, s.side, extract(epoch FROM s.last_ts)::bigint AS last_ts, extract(epoch FROM s.since)::bigint AS since,
       extract(epoch FROM s.fired_at)::bigint AS fired_at, extract(epoch FROM s.origin)::bigint AS origin,
       extract(epoch FROM s.seen)::bigint AS seen, s.value, s.incident_id IS NOT NULL AS told,
       encode(s.marks, 'hex') AS marks
  FROM unnest($1::bigint[], $2::integer[]) AS a (instrument_id, interval_s)
  JOIN alert_rule r ON r.instrument_id = a.instrument_id AND r.interval_s = a.interval_s
  JOIN instrument i ON i.id = r.instrument_id
  LEFT JOIN alert_state s ON s.rule_id = r.id AND s.subject = i.symbol AND s.rule_version = r.version
 WHERE r.kind = 'series' AND r.enabled
 ORDER BY r.instrument_id, r.interval_s, r.id
