-- Whether a kept factor is good: made by the same, on this server, and no bar up to its last time was touched since. A
-- shorter interval's bars touch those that are built from them.
-- $1 bigint model id; $2 text made_by
-- -> through_ts bigint (null: none that is good), snapshot text (what is seen by now)
WITH m AS (
    SELECT m.id, m.interval_s,
           m.target_id || array(SELECT instrument_id FROM model_input WHERE model_id = m.id) AS instruments
      FROM model m WHERE m.id = $1::bigint
)
SELECT extract(epoch FROM f.through_ts)::bigint AS through_ts, pg_current_snapshot()::text AS snapshot
  FROM m
  LEFT JOIN model_factor f ON f.model_id = m.id AND f.made_by = $2::text
        AND f.server_id = (SELECT system_identifier FROM pg_control_system())
        AND NOT EXISTS (
            SELECT FROM model_touch t
             WHERE t.instrument_id = ANY (m.instruments)
               AND NOT pg_visible_in_snapshot(t.xid, f.snapshot)
               AND (t.interval_s = m.interval_s AND t.from_ts <= f.through_ts
                    OR t.interval_s < m.interval_s AND t.from_ts < f.through_ts + 2 * m.interval_s * interval '1 second'));
