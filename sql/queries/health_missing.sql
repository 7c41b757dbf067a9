-- Changes of the schema that the program expects and the database has not.
-- $1 text[] names of the changes
-- -> change text
SELECT expected.change
  FROM unnest($1::text[]) WITH ORDINALITY AS expected (change, place)
 WHERE NOT EXISTS (SELECT FROM sqitch.changes c
                    WHERE c.project = 'quotemill' AND c.change = expected.change)
 ORDER BY expected.place;
