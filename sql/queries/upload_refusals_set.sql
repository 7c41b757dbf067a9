-- Replaces the kept refusals of an upload.
-- $1 bigint upload; then arrays, one element for each, in order: $2 bigint[] lines; $3 text[] symbols; $4 bigint[]
-- times (null: unreadable); $5 text[] rules; $6 boolean[] flagged; $7 text[] fields; $8 text[] values; $9 text[]
-- expected; $10 text[] raw rows
WITH old AS (
    DELETE FROM upload_refusal
     WHERE upload_id = $1::bigint AND seq > coalesce(cardinality($2::bigint[]), 0)
)
INSERT INTO upload_refusal (upload_id, seq, line, symbol, ts, rule, flag, field, value, expected, raw)
SELECT $1::bigint, d.seq, d.line, d.symbol, to_timestamp(d.ts), d.rule, d.flag, d.field, d.value, d.expected, d.raw
  FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::boolean[], $7::text[], $8::text[], $9::text[],
              $10::text[])
       WITH ORDINALITY AS d (line, symbol, ts, rule, flag, field, value, expected, raw, seq)
    ON CONFLICT (upload_id, seq) DO UPDATE
   SET line = EXCLUDED.line, symbol = EXCLUDED.symbol, ts = EXCLUDED.ts, rule = EXCLUDED.rule, flag = EXCLUDED.flag,
       field = EXCLUDED.field, value = EXCLUDED.value, expected = EXCLUDED.expected, raw = EXCLUDED.raw
