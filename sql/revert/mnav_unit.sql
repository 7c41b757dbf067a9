BEGIN;
UPDATE instrument SET currency = 'USD' WHERE symbol = 'MNAV' AND kind = 'derived' AND currency = 'XXX';
COMMIT;
