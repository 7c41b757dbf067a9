-- Loads, newest first; a NULL parameter does not filter.
-- $1 bigint this one only; $2 bigint of this upload; $3 text kind; $4 text symbol; $5 text state; $6, $7 bigint created
-- in [from, to); $8 bigint older than this id; $9 bigint newer than this id; $10 integer limit
-- -> id, run_id, upload_id bigint, symbol, title, kind, provider, provider_symbol, request, reason, state, error,
--    archive_hash text, interval_s integer, simulated boolean, from_ts, to_ts, http_status, archive_bytes, rows_new,
--    rows_same, rows_changed, rows_refused, rows_flagged, created_at, stored_at bigint, elapsed_ms double precision,
--    upload_name, brought_by text
WITH page AS (
    (SELECT l.id
       FROM load l
      WHERE $9::bigint IS NULL
        AND ($8::bigint IS NULL OR l.id < $8::bigint)
        AND ($1::bigint IS NULL OR l.id = $1::bigint)
        AND ($2::bigint IS NULL OR l.upload_id = $2::bigint)
        AND ($3::text IS NULL OR l.kind = $3::text)
        AND ($4::text IS NULL OR l.instrument_id = (SELECT id FROM instrument WHERE lower(symbol) = lower($4::text)))
        AND ($5::text IS NULL OR l.state = $5::text)
        AND ($6::bigint IS NULL OR l.created_at >= to_timestamp($6::bigint))
        AND ($7::bigint IS NULL OR l.created_at < to_timestamp($7::bigint))
      ORDER BY l.id DESC LIMIT $10::integer)
    UNION ALL
    (SELECT l.id
       FROM load l
      WHERE $9::bigint IS NOT NULL AND l.id > $9::bigint
        AND ($2::bigint IS NULL OR l.upload_id = $2::bigint)
        AND ($3::text IS NULL OR l.kind = $3::text)
        AND ($4::text IS NULL OR l.instrument_id = (SELECT id FROM instrument WHERE lower(symbol) = lower($4::text)))
        AND ($5::text IS NULL OR l.state = $5::text)
        AND ($6::bigint IS NULL OR l.created_at >= to_timestamp($6::bigint))
        AND ($7::bigint IS NULL OR l.created_at < to_timestamp($7::bigint))
      ORDER BY l.id LIMIT $10::integer)
)
SELECT l.id, l.run_id, l.upload_id, i.symbol, i.title, l.interval_s, l.kind, l.provider, l.provider_symbol, l.request,
       l.reason, l.simulated, l.state, l.error, l.archive_hash, l.archive_bytes, l.http_status, l.elapsed_ms,
       extract(epoch FROM l.from_ts)::bigint AS from_ts, extract(epoch FROM l.to_ts)::bigint AS to_ts,
       l.rows_new, l.rows_same, l.rows_changed, l.rows_refused, l.rows_flagged,
       extract(epoch FROM l.created_at)::bigint AS created_at, extract(epoch FROM l.stored_at)::bigint AS stored_at,
       u.name AS upload_name, coalesce(u.uploaded_by, r.requested_by,
                (SELECT min(q.decided_by) FROM quarantine q WHERE q.decision_load_id = l.id)) AS brought_by
  FROM page
  JOIN load l USING (id)
  JOIN instrument i ON i.id = l.instrument_id
  LEFT JOIN upload u ON u.id = l.upload_id
  LEFT JOIN run r ON r.id = l.run_id
 ORDER BY l.id DESC
