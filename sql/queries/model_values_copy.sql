-- What training rows are made of, oldest first: one scan of each series, merged by time and never joined, so there is
-- no plan to get wrong while statistics are missing.
-- of each series: %1% its number, %2% its columns (the first series has the most, the others as many with nulls),
-- %3% bar, indicator or feature, %4% instrument, %5% interval_s
-- qm.p1, qm.p2 bigint first and last time, inclusive
-- -> ts timestamptz, series smallint, values double precision, one for each column
COPY (
    %each%SELECT ts, %1%::smallint AS series, %2% FROM %3%
     WHERE instrument_id = %4% AND interval_s = %5%
       AND ts >= to_timestamp(current_setting('qm.p1')::bigint)
       AND ts <= to_timestamp(current_setting('qm.p2')::bigint)%end%
     ORDER BY ts
) TO STDOUT (FORMAT binary);
