BEGIN;
DELETE FROM calendar c WHERE name = 'FRED' AND NOT EXISTS (SELECT FROM instrument i WHERE i.calendar = c.name);
DROP INDEX load_brought;
DROP TABLE run_range;
COMMIT;
