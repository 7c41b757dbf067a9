BEGIN;

DROP VIEW mstr_historical_data;
DROP TABLE quarantine, validation_rule, bar_history;
DROP FUNCTION bar_partitions_ensure;
DROP TABLE bar, load;
DROP FUNCTION rate_take;
DROP TABLE rate_bucket, listing, provider, instrument, calendar;

COMMIT;
