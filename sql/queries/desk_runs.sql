-- Whether a run is queued that mills and retrains instruments; of the active ones among them.
-- $1 bigint[] instruments
-- -> symbol text, run_id bigint (null: none)
SELECT i.symbol,
       (SELECT min(r.id) FROM run r
         WHERE r.state = 'queued' AND r.steps @> '{process,retrain}'
           AND (r.instruments IS NULL OR i.id = ANY (r.instruments))) AS run_id
  FROM instrument i
 WHERE i.active AND i.id = ANY ($1::bigint[])
 ORDER BY i.symbol
