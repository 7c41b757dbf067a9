DO $$
BEGIN
    ASSERT NOT EXISTS (SELECT FROM calendar WHERE name = 'EIA' AND late_after = '8 days'), 'ten days of patience with EIA';
END $$;
