-- What training rows are made of, oldest first: one scan of each series in the order of its key, merged by time and
-- never joined, so there is no plan to get wrong while statistics are missing.
-- of each series: %1% its number, %2% its columns (the first series has the most, the others as many with nulls),
-- %3% bar, indicator or feature, %4% instrument, %5% interval_s, %6% first and %7% last time (seconds since the year 1)
-- -> ts timestamptz, series smallint, values double precision, one for each column
COPY (
    %each%
    SELECT ts, %1%::smallint AS series, %2% FROM %3%
     WHERE instrument_id = %4% AND interval_s = %5%
       AND ts >= to_timestamp(%6% - 62135596800) AND ts <= to_timestamp(%7% - 62135596800)
    %end%
     ORDER BY ts
) TO STDOUT (FORMAT binary);
