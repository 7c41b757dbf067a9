-- The statistics of bar as a whole are refreshed when they are old, and only then.
BEGIN;
SELECT no_plan();

CREATE FUNCTION known() RETURNS bigint LANGUAGE sql AS $$ SELECT reltuples::bigint FROM pg_class WHERE oid = 'bar'::regclass $$;

SELECT ok(NOT bar_statistics_refresh(0), 'an empty table is known well enough');
INSERT INTO bar SELECT i, 86400, to_timestamp(d * 86400), 1, 1, 1, 1, NULL, 1
  FROM generate_series(1, 10) AS i, generate_series(1, 500) AS d;
SELECT ok(NOT bar_statistics_refresh(999), 'few rows are no reason');
SELECT ok(bar_statistics_refresh(5000), 'many are');
SELECT is(known(), 5000::bigint, 'the rows are counted');
SELECT is((SELECT n_distinct::int FROM pg_stats WHERE tablename = 'bar' AND attname = 'instrument_id' AND inherited), 10,
    'and looked at');
SELECT ok(NOT bar_statistics_refresh(1000), 'less than a tenth and a thousand more is no reason');

-- Small loads add up: autovacuum counts the partitions.
SELECT bar_partitions_ensure('2024-01-01Z', '2024-01-31Z');
INSERT INTO bar SELECT 1, 60, timestamptz '2024-01-01Z' + m * interval '1 min', 1, 1, 1, 1, NULL, 1
  FROM generate_series(1, 2000) AS m;
SELECT ok(NOT bar_statistics_refresh(1), 'nobody has counted them yet');
ANALYZE bar_minute_2024_01;
SELECT ok(bar_statistics_refresh(1), 'now they are many');
SELECT is(known(), 7000::bigint, 'all are counted');

SELECT * FROM finish();
ROLLBACK;
