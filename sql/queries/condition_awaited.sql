-- Of instruments whose next bar is due and missing, those that a schedule will ask for soon, or has just asked for.
-- $1 text[] symbols; $2 bigint[] when the bar was due; $3 bigint now; $4 bigint seconds that a run is given
-- -> symbol
SELECT i.symbol
  FROM unnest($1::text[], $2::bigint[]) AS w (symbol, due)
  JOIN instrument i USING (symbol)
  JOIN LATERAL (
       SELECT min(schedule_next(s.frequency, s.every, s.at_time, s.weekday, s.month_day, s.time_zone, to_timestamp(w.due))) AS at
         FROM schedule s
        WHERE s.enabled AND 'fetch' = ANY (s.steps) AND (s.instruments IS NULL OR i.id = ANY (s.instruments))) n
    ON n.at > to_timestamp($3::bigint - $4::bigint)
 WHERE EXISTS (SELECT FROM listing l JOIN provider p ON p.name = l.provider
                WHERE l.instrument_id = i.id AND l.enabled AND p.enabled)
