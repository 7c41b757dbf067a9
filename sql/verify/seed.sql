DO $$
BEGIN
    ASSERT (SELECT count(*) >= 11 FROM validation_rule), 'the validation rules';
    ASSERT EXISTS (SELECT FROM model m JOIN model_input i ON i.model_id = m.id WHERE m.name = 'mstr'),
        'the model mstr with its inputs';
    ASSERT NOT EXISTS (SELECT FROM instrument i
                        WHERE i.symbol IN ('BTC-USD', 'MSTR', 'MNAV', 'WTI')
                          AND NOT EXISTS (SELECT FROM listing l WHERE l.instrument_id = i.id)),
        'each seeded instrument is listed somewhere';
END $$;
