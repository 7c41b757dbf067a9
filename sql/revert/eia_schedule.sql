BEGIN;
UPDATE calendar SET late_after = '8 days' WHERE name = 'EIA' AND late_after = '10 days';
COMMIT;
