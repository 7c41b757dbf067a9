-- Keeps where rules stand; which incident they belong to is left alone.
-- $1 bigint[] rules, $2 text[] subjects, $3, $4 text[] phases and phases before, $5 integer[] held, $6 smallint[] sides,
-- $7 bigint[] last_ts, $8 bigint[] since, $9 bigint[] fired_at, $10 float8[] values, $11 integer[] versions,
-- $12, $13 bigint[] origin and seen, $14 text[] marks (hexadecimal)
INSERT INTO alert_state (rule_id, subject, phase, before, held, side, last_ts, since, fired_at, value, rule_version,
                         origin, seen, marks)
SELECT n.rule_id, n.subject, n.phase, n.before, n.held, n.side, to_timestamp(n.last_ts), to_timestamp(n.since),
       to_timestamp(n.fired_at), n.value, n.version, to_timestamp(n.origin), to_timestamp(n.seen), decode(n.marks, 'hex')
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::smallint[], $7::bigint[],
              $8::bigint[], $9::bigint[], $10::float8[], $11::integer[], $12::bigint[], $13::bigint[], $14::text[])
       AS n (rule_id, subject, phase, before, held, side, last_ts, since, fired_at, value, version, origin, seen, marks)
ON CONFLICT (rule_id, subject) DO UPDATE
   SET (phase, before, held, side, last_ts, since, fired_at, value, rule_version, origin, seen, marks)
     = (excluded.phase, excluded.before, excluded.held, excluded.side, excluded.last_ts, excluded.since,
        excluded.fired_at, excluded.value, excluded.rule_version, excluded.origin, excluded.seen, excluded.marks)
