-- EIA publishes a week of daily spot prices on Wednesday afternoon, up to
-- Monday, and on Thursday in weeks with a holiday. A Tuesday's price may so
-- come nine days and eighteen hours after that Tuesday began; with eight days
-- of patience it was called late every Wednesday morning.
BEGIN;
UPDATE calendar SET late_after = '10 days' WHERE name = 'EIA' AND late_after = '8 days';
COMMIT;
