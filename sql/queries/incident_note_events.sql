-- Keeps events, in this order.
-- $1 bigint[] rules; $2 text[] their names; $3 bigint[] owners (null: the installation's); $4 boolean[] shared;
-- $5 text[] severities; $6 text[] kinds; $7 text[] subjects; $8 bigint[] instruments, $9 integer[] intervals,
-- $10 bigint[] bars (null: none); $11 bigint[] when it was to be known (null: now); $12, $13 float8[] left and right;
-- $14 text[] texts; $15 boolean[] retroactive; $16 bigint[] incidents (null: none)
INSERT INTO alert_event (rule_id, rule_name, owner_id, shared, severity, kind, subject, instrument_id, interval_s, ts, at,
                         left_value, right_value, text, retroactive, incident_id)
SELECT rule_id, rule_name, owner_id, shared, severity, kind, subject, instrument_id, interval_s, to_timestamp(ts),
       coalesce(to_timestamp(at), now()), left_value, right_value, text, retroactive, incident_id
  FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::bigint[],
              $9::integer[], $10::bigint[], $11::bigint[], $12::float8[], $13::float8[], $14::text[], $15::boolean[],
              $16::bigint[]) WITH ORDINALITY
       n (rule_id, rule_name, owner_id, shared, severity, kind, subject, instrument_id, interval_s, ts, at,
          left_value, right_value, text, retroactive, incident_id, nth)
 ORDER BY nth
