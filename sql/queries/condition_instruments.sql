-- What is to blame for an instrument's data: the providers that do not answer, where the first who is asked is among them.
-- $1 text[] symbols
-- -> symbol, tags text (lines)
SELECT i.symbol, concat_ws(E'\n', CASE WHEN bool_or(l.out AND l.nth = 1)
                                       THEN string_agg('provider:' || l.provider, E'\n' ORDER BY l.nth) FILTER (WHERE l.out) END,
                           'instrument:' || i.symbol) AS tags
  FROM unnest($1::text[]) AS w (symbol)
  JOIN instrument i USING (symbol)
  LEFT JOIN LATERAL (
       SELECT l.provider, l.provider IN (SELECT provider FROM provider_outage) AS out,
              row_number() OVER (ORDER BY l.priority, p.priority, l.id) AS nth
         FROM listing l JOIN provider p ON p.name = l.provider
        WHERE l.instrument_id = i.id AND l.enabled AND p.enabled) l ON true
 GROUP BY i.symbol
