-- Live errors of a version from a time on, as they are now.
-- $1 bigint version id; $2 bigint from; $3 bigint[] times; $4 double precision[] predicted; $5 double precision[] actual
WITH now AS (
    SELECT to_timestamp(ts) AS ts, predicted, actual
      FROM unnest($3::bigint[], $4::double precision[], $5::double precision[]) AS n (ts, predicted, actual)
), gone AS (
    DELETE FROM model_error e
     WHERE e.version_id = $1::bigint AND e.ts >= to_timestamp($2::bigint)
       AND NOT EXISTS (SELECT FROM now WHERE now.ts = e.ts)
)
INSERT INTO model_error AS e (version_id, ts, predicted, actual)
SELECT $1::bigint, ts, predicted, actual FROM now
    ON CONFLICT (version_id, ts) DO UPDATE SET predicted = excluded.predicted, actual = excluded.actual
 WHERE e.predicted <> excluded.predicted OR e.actual <> excluded.actual;
