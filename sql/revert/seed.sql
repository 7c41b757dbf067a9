-- Takes back what nothing refers to yet; what has data stays until its tables go.
BEGIN;

DELETE FROM model m WHERE name = 'mstr' AND NOT EXISTS (SELECT FROM model_version v WHERE v.model_id = m.id);
DELETE FROM schedule WHERE name = 'nightly';
DELETE FROM instrument i
 WHERE symbol IN ('BTC-USD', 'ETH-USD', 'MSTR', 'MNAV', 'AAPL', 'MSFT', 'THYAO.IS', 'WTI', 'BRENT', 'HENRY-HUB')
   AND NOT EXISTS (SELECT FROM load x WHERE x.instrument_id = i.id)
   AND NOT EXISTS (SELECT FROM bar x WHERE x.instrument_id = i.id)
   AND NOT EXISTS (SELECT FROM quarantine x WHERE x.instrument_id = i.id)
   AND NOT EXISTS (SELECT FROM step_source x WHERE x.instrument_id = i.id)
   AND NOT EXISTS (SELECT FROM model_input x WHERE x.instrument_id = i.id)
   AND NOT EXISTS (SELECT FROM model x WHERE x.target_id = i.id);
DELETE FROM provider p
 WHERE name IN ('binance', 'yahoo', 'eia', 'fred', 'mnav')
   AND NOT EXISTS (SELECT FROM listing x WHERE x.provider = p.name)
   AND NOT EXISTS (SELECT FROM load x WHERE x.provider = p.name);
DELETE FROM validation_rule r WHERE NOT EXISTS (SELECT FROM quarantine x WHERE x.rule = r.name);
DELETE FROM calendar c WHERE NOT EXISTS (SELECT FROM instrument x WHERE x.calendar = c.name);

COMMIT;
