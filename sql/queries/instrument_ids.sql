-- Looks symbols up, any case.
-- $1 text[] symbols
-- -> asked text, id bigint (NULL: unknown), active boolean, in the order given
SELECT a.symbol AS asked, i.id, i.active
  FROM unnest($1::text[]) WITH ORDINALITY AS a (symbol, pos)
  LEFT JOIN instrument i ON lower(i.symbol) = lower(a.symbol)
 ORDER BY a.pos
