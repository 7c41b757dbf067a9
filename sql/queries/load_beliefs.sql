-- Since when the rows of some loads are believed, and this transaction's time.
-- $1 bigint[] loads
-- -> id bigint; since_us, now_us bigint (microseconds since 1970); the first row has a null id
SELECT NULL::bigint AS id, NULL::bigint AS since_us, (extract(epoch FROM now()) * 1000000)::bigint AS now_us
UNION ALL
SELECT id, (extract(epoch FROM coalesce(stored_at, created_at)) * 1000000)::bigint, NULL
  FROM load WHERE id = ANY ($1::bigint[])
