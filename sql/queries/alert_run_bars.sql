-- Bars of many series, oldest first, from the newest saved state on that is older than what is looked back on; all of one
-- moment. %part% is minute or coarse.
-- qm.p1 bigint[] instruments, qm.p2 integer[] intervals; qm.p3, qm.p4 bigint[] first and last opening time; qm.p5
-- integer[] bars that are looked back on before; qm.p6 boolean[] indicators are computed; qm.p7 integer version of states,
-- qm.p8 integer their size
-- -> nth bigint (from 1), ts timestamptz, open, high, low, close, volume float8, through_ts timestamptz, state bytea; of
--    each series a first row without ts, which has the state (null: none)
COPY (
    WITH ask AS MATERIALIZED (
        SELECT nth, instrument_id, interval_s, to_timestamp(from_ts) AS from_ts, to_timestamp(to_ts) AS to_ts, back,
               computes
          FROM unnest(current_setting('qm.p1')::bigint[], current_setting('qm.p2')::integer[],
                      current_setting('qm.p3')::bigint[], current_setting('qm.p4')::bigint[],
                      current_setting('qm.p5')::integer[], current_setting('qm.p6')::boolean[])
               WITH ORDINALITY AS a (instrument_id, interval_s, from_ts, to_ts, back, computes, nth)
    ), head AS MATERIALIZED (
        SELECT a.nth, a.instrument_id, a.interval_s, a.to_ts, s.through_ts, s.state,
               CASE WHEN a.computes THEN coalesce(s.through_ts + interval '1 second', '-infinity')
                    ELSE coalesce(k.ts, '-infinity') END AS from_ts
          FROM ask a
          LEFT JOIN LATERAL (SELECT ts FROM bar_%part%
                              WHERE instrument_id = a.instrument_id AND interval_s = a.interval_s AND ts < a.from_ts
                              ORDER BY ts DESC OFFSET a.back - 1 LIMIT 1) k ON true
          LEFT JOIN LATERAL (SELECT through_ts, state FROM mill_state
                              WHERE a.computes AND instrument_id = a.instrument_id AND interval_s = a.interval_s
                                AND version = current_setting('qm.p7')::integer
                                AND octet_length(state) = current_setting('qm.p8')::integer
                                AND through_ts < least(k.ts, (SELECT min(d.from_ts) FROM bar_dirty d
                                                               WHERE d.instrument_id = a.instrument_id
                                                                 AND d.interval_s = a.interval_s))
                              ORDER BY through_ts DESC LIMIT 1) s ON k.ts IS NOT NULL
    )
    SELECT head.nth, x.ts, x.open, x.high, x.low, x.close, x.volume, x.through_ts, x.state
      FROM head
     CROSS JOIN LATERAL (
            SELECT NULL::timestamptz AS ts, NULL::float8 AS open, NULL::float8 AS high, NULL::float8 AS low,
                   NULL::float8 AS close, NULL::float8 AS volume, head.through_ts, head.state
            UNION ALL
            SELECT b.ts, b.open, b.high, b.low, b.close, b.volume, NULL, NULL
              FROM bar_%part% b
             WHERE b.instrument_id = head.instrument_id AND b.interval_s = head.interval_s
               AND b.ts BETWEEN head.from_ts AND head.to_ts) x
     ORDER BY head.nth, x.ts NULLS FIRST
) TO STDOUT (FORMAT binary)
