-- Makes the monthly partitions that minute bars of a range need.
-- $1, $2 bigint first and last opening time
SELECT bar_partitions_ensure(to_timestamp($1::bigint), to_timestamp($2::bigint))
