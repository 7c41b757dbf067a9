-- Monthly partitions of minute bars.
BEGIN;
SELECT no_plan();

SELECT is(bar_partitions_ensure('2023-12-31 23:59Z', '2024-02-01 00:00Z'), 3, 'December to February');
SELECT is(bar_partitions_ensure('2023-12-31 23:59Z', '2024-02-01 00:00Z'), 0, 'a second call makes none');
SELECT is(bar_partitions_ensure('2024-02-10Z', '2024-03-01 00:00Z'), 1, 'only the missing one');
SELECT set_eq($$SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'bar_minute'::regclass$$,
    ARRAY['bar_minute_2023_12', 'bar_minute_2024_01', 'bar_minute_2024_02', 'bar_minute_2024_03'], 'they are attached');
INSERT INTO bar SELECT 1, 60, t, 1, 1, 1, 1, NULL, 1
  FROM unnest(ARRAY['2023-12-31 23:59Z', '2024-01-01 00:00Z', '2024-01-31 23:59Z', '2024-02-29 12:00Z',
                    '2024-03-01 00:00Z']::timestamptz[]) AS t;
SELECT results_eq('SELECT count(*) FROM bar_minute_2024_01', 'VALUES (2::bigint)', 'a month begins and ends at midnight UTC');
SELECT throws_ok($$INSERT INTO bar VALUES (1, 60, '2024-04-01Z', 1, 1, 1, 1, NULL, 1)$$, '23514', NULL, 'no month, no bar');
SELECT lives_ok($$INSERT INTO bar VALUES (1, 300, '2024-04-01Z', 1, 1, 1, 1, NULL, 1)$$, 'other intervals need none');
SELECT is((SELECT tableoid::regclass::text FROM bar WHERE interval_s = 300), 'bar_coarse', 'they are in bar_coarse');
SELECT throws_ok($$INSERT INTO bar VALUES (1, 60, '2024-01-01Z', 1, 1, 1, 1, NULL, 1)$$, '23505', NULL, 'the key holds in each month');

SET LOCAL TimeZone = 'Pacific/Auckland';
SELECT is(bar_partitions_ensure('2025-01-31 12:00Z', '2025-01-31 12:00Z'), 1, 'the session''s time zone does not matter');
SELECT has_table('bar_minute_2025_01');
SET LOCAL TimeZone = 'UTC';

SELECT throws_ok($$SELECT bar_partitions_ensure('1969-12-31Z', '1970-01-02Z')$$, '22000', NULL, 'before 1970');
SELECT throws_ok($$SELECT bar_partitions_ensure('2100-01-01Z', '2101-01-01Z')$$, '22000', NULL, 'after 2100');
SELECT throws_ok($$SELECT bar_partitions_ensure('1980-01-01Z', '2024-01-01Z')$$, '22000', NULL, 'over 40 years');
SELECT is(bar_partitions_ensure('2100-12-31Z', '2100-12-31 23:59Z'), 1, 'the last month of all');
SELECT is(bar_partitions_ensure('2024-02-02Z', '2024-01-01Z'), 0, 'the wrong way round: nothing');

-- The planner reads the one month that is asked for.
PREPARE one AS SELECT * FROM bar WHERE instrument_id = 1 AND interval_s = 60 AND ts >= '2024-01-05Z' AND ts < '2024-01-06Z';
CREATE TEMP TABLE plan (line text);
DO $$
DECLARE l text;
BEGIN
    FOR l IN EXECUTE 'EXPLAIN EXECUTE one' LOOP INSERT INTO plan VALUES (l); END LOOP;
END $$;
SELECT is((SELECT count(*) FROM plan WHERE line ~ 'bar_minute_2024_01'), 1::bigint, 'that month is read');
SELECT is((SELECT count(*) FROM plan WHERE line ~ 'bar_minute_(2023|2024_02|2024_03|2100)|bar_coarse'), 0::bigint, 'no other is');

SELECT * FROM finish();
ROLLBACK;
