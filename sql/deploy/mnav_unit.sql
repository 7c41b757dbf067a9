-- mNAV is a ratio: no currency (ISO 4217 calls that XXX), where it was called
-- US dollars.
BEGIN;
UPDATE instrument SET currency = 'XXX' WHERE symbol = 'MNAV' AND kind = 'derived' AND currency = 'USD';
COMMIT;
