-- schedule_next: the first due time strictly after a given one.
BEGIN;
SELECT no_plan();

-- Everything about a schedule in the order of the function's parameters, then the expected time.
CREATE FUNCTION due(what text, frequency text, every integer, at_time time, weekday integer, month_day integer,
                    zone text, after timestamptz, expected timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT is(schedule_next(frequency, every, at_time, weekday::smallint, month_day::smallint, zone, after), expected, what)
$$;

-- Elapsed time: clocks do not matter.
SELECT due('every 15 minutes', 'minutes', 15, '00:00', NULL, NULL, 'Europe/Berlin', '2026-03-29 00:59:59Z', '2026-03-29 01:00Z');
SELECT due('strictly after', 'minutes', 15, '00:00', NULL, NULL, 'Europe/Berlin', '2026-03-29 01:00Z', '2026-03-29 01:15Z');
SELECT due('every 7 minutes, from midnight of the epoch', 'minutes', 7, '00:00', NULL, NULL, 'UTC', '1970-01-02Z', '1970-01-02 00:02Z');
SELECT due('hourly at its minute', 'hourly', 1, '00:20', NULL, NULL, 'America/New_York', '2026-11-01 05:20Z', '2026-11-01 06:20Z');
SELECT due('hourly, the same hour', 'hourly', 1, '13:20', NULL, NULL, 'UTC', '2026-01-01 05:10Z', '2026-01-01 05:20Z');
SELECT due('every 6 hours', 'hourly', 6, '00:30', NULL, NULL, 'UTC', '2026-01-01 00:30Z', '2026-01-01 06:30Z');

-- Daily.
SELECT due('later today', 'daily', 1, '22:30', NULL, NULL, 'America/New_York', '2026-01-15 12:00Z', '2026-01-16 03:30Z');
SELECT due('strictly after', 'daily', 1, '22:30', NULL, NULL, 'America/New_York', '2026-01-16 03:30Z', '2026-01-17 03:30Z');
SELECT due('a second before', 'daily', 1, '22:30', NULL, NULL, 'America/New_York', '2026-01-16 03:29:59Z', '2026-01-16 03:30Z');
SELECT due('in summer', 'daily', 1, '22:30', NULL, NULL, 'America/New_York', '2026-07-15 12:00Z', '2026-07-16 02:30Z');
SELECT due('a zone ahead of UTC', 'daily', 1, '01:00', NULL, NULL, 'Pacific/Auckland', '2026-07-01 12:00Z', '2026-07-01 13:00Z');
SELECT due('midnight', 'daily', 1, '00:00', NULL, NULL, 'Asia/Kolkata', '2026-07-01 18:30Z', '2026-07-02 18:30Z');

-- Berlin's clocks go forward on 2026-03-29 at 01:00Z: 02:00 to 03:00 does not exist.
SELECT due('skipped time: the moment of the change', 'daily', 1, '02:30', NULL, NULL, 'Europe/Berlin', '2026-03-28 12:00Z', '2026-03-29 01:00Z');
SELECT due('skipped time, with seconds', 'daily', 1, '02:30:45', NULL, NULL, 'Europe/Berlin', '2026-03-28 12:00Z', '2026-03-29 01:00Z');
SELECT due('the first skipped minute', 'daily', 1, '02:00', NULL, NULL, 'Europe/Berlin', '2026-03-28 12:00Z', '2026-03-29 01:00Z');
SELECT due('the minute before', 'daily', 1, '01:59', NULL, NULL, 'Europe/Berlin', '2026-03-28 12:00Z', '2026-03-29 00:59Z');
SELECT due('the first one after', 'daily', 1, '03:00', NULL, NULL, 'Europe/Berlin', '2026-03-28 12:00Z', '2026-03-29 01:00Z');
SELECT due('and the day after at its own time', 'daily', 1, '02:30', NULL, NULL, 'Europe/Berlin', '2026-03-29 01:00Z', '2026-03-30 00:30Z');
-- and back on 2026-10-25 at 01:00Z: 02:00 to 03:00 comes twice.
SELECT due('repeated time: the first', 'daily', 1, '02:30', NULL, NULL, 'Europe/Berlin', '2026-10-24 12:00Z', '2026-10-25 00:30Z');
SELECT due('and not the second', 'daily', 1, '02:30', NULL, NULL, 'Europe/Berlin', '2026-10-25 00:30Z', '2026-10-26 01:30Z');
SELECT due('not even between the two', 'daily', 1, '02:30', NULL, NULL, 'Europe/Berlin', '2026-10-25 00:45Z', '2026-10-26 01:30Z');
SELECT due('02:00 sharp comes twice: the first', 'daily', 1, '02:00', NULL, NULL, 'Europe/Berlin', '2026-10-24 12:00Z', '2026-10-25 00:00Z');
SELECT due('03:00 comes once', 'daily', 1, '03:00', NULL, NULL, 'Europe/Berlin', '2026-10-24 12:00Z', '2026-10-25 02:00Z');

-- New York's go forward on 2026-03-08 at 07:00Z and back on 2026-11-01 at 06:00Z.
SELECT due('New York, skipped', 'daily', 1, '02:15', NULL, NULL, 'America/New_York', '2026-03-07 12:00Z', '2026-03-08 07:00Z');
SELECT due('New York, the day after', 'daily', 1, '02:15', NULL, NULL, 'America/New_York', '2026-03-08 07:00Z', '2026-03-09 06:15Z');
SELECT due('New York, repeated', 'daily', 1, '01:15', NULL, NULL, 'America/New_York', '2026-10-31 12:00Z', '2026-11-01 05:15Z');
SELECT due('New York, not twice', 'daily', 1, '01:15', NULL, NULL, 'America/New_York', '2026-11-01 05:15Z', '2026-11-02 06:15Z');
-- Lord Howe's clocks move by half an hour; Santiago's change is at midnight.
SELECT due('Lord Howe, repeated half hour', 'daily', 1, '01:45', NULL, NULL, 'Australia/Lord_Howe', '2026-04-04 00:00Z', '2026-04-04 14:45Z');
SELECT due('Lord Howe, not twice', 'daily', 1, '01:45', NULL, NULL, 'Australia/Lord_Howe', '2026-04-04 14:45Z', '2026-04-05 15:15Z');
SELECT due('Santiago, a midnight that does not exist', 'daily', 1, '00:00', NULL, NULL, 'America/Santiago', '2026-09-05 12:00Z', '2026-09-06 04:00Z');
-- Apia left out the whole of 2011-12-30.
SELECT due('Apia, a day that does not exist', 'daily', 1, '12:00', NULL, NULL, 'Pacific/Apia', '2011-12-29 22:00Z', '2011-12-30 10:00Z');

-- A year of days: none twice, none left out, always strictly later.
CREATE FUNCTION due_in_2026(zone text) RETURNS SETOF timestamptz LANGUAGE sql AS $$
    WITH RECURSIVE d (due) AS (
        SELECT schedule_next('daily', 1, '02:30', NULL, NULL, zone, '2026-01-01Z'::timestamptz)
        UNION ALL
        SELECT schedule_next('daily', 1, '02:30', NULL, NULL, zone, due) FROM d WHERE due < '2026-12-31Z'
    )
    SELECT due FROM d WHERE due < '2026-12-31 22:00Z'
$$;
SELECT results_eq(format('SELECT count(*), count(DISTINCT (due AT TIME ZONE %L)::date) FROM due_in_2026(%1$L) AS due', zone),
    'VALUES (365::bigint, 365::bigint)', 'once on each day of a year in ' || zone)
  FROM unnest(ARRAY['Europe/Berlin', 'America/New_York']) AS zone;

-- Weekly; Monday is 1.
SELECT due('this week', 'weekly', 1, '09:00', 5, NULL, 'UTC', '2026-01-01 12:00Z', '2026-01-02 09:00Z');
SELECT due('next week', 'weekly', 1, '09:00', 4, NULL, 'UTC', '2026-01-01 12:00Z', '2026-01-08 09:00Z');
SELECT due('the weekday of the zone, not of UTC', 'weekly', 1, '22:00', 7, NULL, 'America/New_York', '2026-01-01 12:00Z', '2026-01-05 03:00Z');
SELECT due('a Sunday whose time is skipped', 'weekly', 1, '02:30', 7, NULL, 'Europe/Berlin', '2026-03-24Z', '2026-03-29 01:00Z');

-- Monthly; past a month's end its last day.
SELECT due('the 31st of January', 'monthly', 1, '06:00', NULL, 31, 'UTC', '2026-01-05Z', '2026-01-31 06:00Z');
SELECT due('February: its last day', 'monthly', 1, '06:00', NULL, 31, 'UTC', '2026-01-31 06:00Z', '2026-02-28 06:00Z');
SELECT due('of a leap year', 'monthly', 1, '06:00', NULL, 31, 'UTC', '2028-02-01Z', '2028-02-29 06:00Z');
SELECT due('March again the 31st', 'monthly', 1, '06:00', NULL, 31, 'UTC', '2026-02-28 06:00Z', '2026-03-31 06:00Z');
SELECT due('the 29th in a leap year', 'monthly', 1, '06:00', NULL, 29, 'UTC', '2028-02-01Z', '2028-02-29 06:00Z');
SELECT due('1900 was none, 2000 was', 'monthly', 1, '06:00', NULL, 29, 'UTC', '2100-02-01Z', '2100-02-28 06:00Z');
SELECT due('the first, of the zone', 'monthly', 1, '23:00', NULL, 1, 'America/New_York', '2026-01-02 04:00Z', '2026-02-02 04:00Z');
SET LOCAL TimeZone = 'Pacific/Auckland';
SELECT due('the session''s zone does not matter', 'monthly', 1, '06:00', NULL, 31, 'UTC', '2026-01-31 06:00Z', '2026-02-28 06:00Z');
SET LOCAL TimeZone = 'UTC';

SELECT throws_ok($$SELECT schedule_next('daily', 1, '02:30', NULL, NULL, 'Nowhere/Else', now())$$, '22023', NULL, 'an unknown zone is an error');
SELECT is(schedule_next('weekly', 1, '02:30', NULL, NULL, 'UTC', now()), NULL, 'no weekday, never due');

SELECT * FROM finish();
ROLLBACK;
