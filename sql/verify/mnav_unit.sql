DO $$
BEGIN
    ASSERT NOT EXISTS (SELECT FROM instrument WHERE symbol = 'MNAV' AND kind = 'derived' AND currency = 'USD'),
        'mNAV is no amount of money';
END $$;
