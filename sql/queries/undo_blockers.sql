-- The loads that replaced rows of a load, newest first.
-- $1 bigint load
-- -> id bigint, request text, n bigint rows
SELECT h.replaced_by AS id, coalesce(r.request, '') AS request, count(*) AS n
  FROM load l
  JOIN bar_history h ON h.instrument_id = l.instrument_id AND h.interval_s = l.interval_s AND h.load_id = l.id
   AND h.ts BETWEEN CASE l.kind WHEN 'upload' THEN coalesce(l.from_ts, 'infinity') ELSE '-infinity' END
                AND CASE l.kind WHEN 'upload' THEN coalesce(l.to_ts, '-infinity') ELSE 'infinity' END
  LEFT JOIN load r ON r.id = h.replaced_by
 WHERE l.id = $1::bigint
 GROUP BY h.replaced_by, r.request
 ORDER BY h.replaced_by DESC
