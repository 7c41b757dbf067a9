-- The refusals and doubts kept of an upload's last check or store.
-- $1 bigint upload; $2 integer limit
-- -> line bigint, symbol text, ts bigint, rule text, flag boolean, field, value, expected, raw text
SELECT r.line, r.symbol, extract(epoch FROM r.ts)::bigint AS ts, r.rule, r.flag, r.field, r.value, r.expected, r.raw
  FROM upload_refusal r
 WHERE r.upload_id = $1::bigint
 ORDER BY r.flag, r.seq LIMIT $2::integer
