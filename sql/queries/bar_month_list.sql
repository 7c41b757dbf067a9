-- The months that minute bars have a part for.
-- -> month text ("2024_05")
SELECT substr(c.relname, 12) AS month
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = 'bar_minute'::regclass AND c.relname ~ '^bar_minute_[0-9]{4}_[0-9]{2}$'
