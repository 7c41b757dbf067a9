-- The subject of a condition as it is written in the database; kinds of subject that are no table's are taken as given.
-- $1 text what it is: provider, instrument, model, schedule, ...; $2 text its name, any case
-- -> name text; no row: there is none
SELECT name FROM provider WHERE $1::text = 'provider' AND lower(name) = lower($2::text)
 UNION ALL
SELECT symbol FROM instrument WHERE $1::text = 'instrument' AND lower(symbol) = lower($2::text)
 UNION ALL
SELECT name FROM model WHERE $1::text = 'model' AND lower(name) = lower($2::text)
 UNION ALL
SELECT name FROM schedule WHERE $1::text = 'schedule' AND lower(name) = lower($2::text)
 UNION ALL
SELECT $2::text WHERE $1::text NOT IN ('provider', 'instrument', 'model', 'schedule')
 LIMIT 1
