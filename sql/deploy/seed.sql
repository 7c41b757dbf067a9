-- What a new installation starts with; a keeper changes all of it later. Rows
-- that a revert had to leave behind are kept as they are.
BEGIN;

INSERT INTO calendar VALUES
    ('24x7',  'Every day, around the clock', 'UTC',              127, 'none',       '1 day 2 hours',   '2 days'),
    ('NYSE',  'New York Stock Exchange',     'America/New_York',  31, 'nyse',       '1 day 2 hours',   '2 days'),
    ('BIST',  'Borsa Istanbul',              'Europe/Istanbul',   31, 'bist',       '1 day',           '3 days'),
    ('EIA',   'EIA daily spot prices',       'America/New_York',  31, 'us_federal', '8 days',          '7 days')
ON CONFLICT DO NOTHING;

INSERT INTO provider (name, title, driver, base_url, priority, rate_per_minute, burst, max_parallel) VALUES
    ('binance', 'Binance spot',          'binance', 'https://api.binance.com',           10, 1200, 100, 8),
    ('yahoo',   'Yahoo Finance chart',   'yahoo',   'https://query2.finance.yahoo.com',  20,  300,  60, 8),
    ('eia',     'U.S. EIA open data v2', 'eia',     'https://api.eia.gov',               10,  300,  60, 4),
    ('fred',    'FRED, St. Louis Fed',   'fred',    'https://api.stlouisfed.org',        20,  120,  60, 4),
    ('mnav',    'Treasury company mNAV', 'mnav',    'https://localhost',                 10,   60,  10, 2)
ON CONFLICT DO NOTHING;

INSERT INTO instrument (symbol, title, kind, currency, calendar, price_min, price_max, jump_frac) VALUES
    ('BTC-USD',   'Bitcoin',                           'crypto',  'USD', '24x7', NULL, NULL, 0.5),
    ('ETH-USD',   'Ether',                             'crypto',  'USD', '24x7', NULL, NULL, 0.6),
    ('MSTR',      'Strategy (MicroStrategy)',          'stock',   'USD', 'NYSE', NULL, NULL, 0.5),
    ('MNAV',      'Strategy enterprise value to bitcoin holdings', 'derived', 'USD', 'NYSE', NULL, NULL, 0.6),
    ('AAPL',      'Apple',                             'stock',   'USD', 'NYSE', NULL, NULL, 0.4),
    ('MSFT',      'Microsoft',                         'stock',   'USD', 'NYSE', NULL, NULL, 0.4),
    ('THYAO.IS',  'Turkish Airlines',                  'stock',   'TRY', 'BIST', NULL, NULL, 0.4),
    ('WTI',       'WTI crude oil, Cushing spot',       'energy',  'USD', 'EIA',  -100, 1000, 0.6),
    ('BRENT',     'Brent crude oil, Europe spot',      'energy',  'USD', 'EIA',  NULL, 1000, 0.6),
    ('HENRY-HUB', 'Henry Hub natural gas spot',        'energy',  'USD', 'EIA',  NULL, 1000, 1.5)
ON CONFLICT DO NOTHING;

INSERT INTO listing (instrument_id, provider, provider_symbol, priority)
SELECT i.id, l.provider, l.provider_symbol, l.priority
  FROM (VALUES
    ('BTC-USD',   'binance', 'BTCUSDT', 1),
    ('BTC-USD',   'yahoo',   'BTC-USD', 2),
    ('ETH-USD',   'binance', 'ETHUSDT', 1),
    ('ETH-USD',   'yahoo',   'ETH-USD', 2),
    ('MSTR',      'yahoo',   'MSTR', 1),
    ('MNAV',      'mnav',    'MSTR', 1),
    ('AAPL',      'yahoo',   'AAPL', 1),
    ('MSFT',      'yahoo',   'MSFT', 1),
    ('THYAO.IS',  'yahoo',   'THYAO.IS', 1),
    ('WTI',       'eia',     'petroleum/pri/spt:RWTC', 1),
    ('WTI',       'fred',    'DCOILWTICO', 2),
    ('BRENT',     'eia',     'petroleum/pri/spt:RBRTE', 1),
    ('BRENT',     'fred',    'DCOILBRENTEU', 2),
    ('HENRY-HUB', 'eia',     'natural-gas/pri/fut:RNGWHHD', 1),
    ('HENRY-HUB', 'fred',    'DHHNGSP', 2)
  ) AS l (symbol, provider, provider_symbol, priority)
  JOIN instrument i USING (symbol)
ON CONFLICT DO NOTHING;

INSERT INTO validation_rule VALUES
    ('required',  'refuse', NULL, 'time, open, high, low and close are there'),
    ('numeric',   'refuse', NULL, 'prices and volume are finite numbers'),
    ('positive',  'refuse', NULL, 'the price is above zero, unless the instrument allows less'),
    ('bounds',    'refuse', NULL, 'the price is inside the instrument''s bounds'),
    ('volume',    'refuse', NULL, 'the volume is zero or more'),
    ('high_low',  'refuse', NULL, 'high is the highest and low the lowest of the bar'),
    ('future',    'refuse', NULL, 'the bar does not open in the future'),
    ('aligned',   'refuse', NULL, 'the bar opens on a boundary of its interval'),
    ('order',     'refuse', NULL, 'the bars of one response are in time order'),
    ('duplicate', 'refuse', NULL, 'one bar for each time'),
    ('jump',      'flag',   NULL, 'the change from the bar before is within the instrument''s jump limit')
ON CONFLICT DO NOTHING;

INSERT INTO schedule (name, frequency, at_time, time_zone, next_due)
VALUES ('nightly', 'daily', '22:30', 'America/New_York', NULL)
ON CONFLICT DO NOTHING;

INSERT INTO model (name, title, target_id)
SELECT 'mstr', 'MSTR price from BTC and mNAV', id FROM instrument WHERE symbol = 'MSTR'
ON CONFLICT DO NOTHING;
INSERT INTO model_input (model_id, position, name, instrument_id)
SELECT m.id, v.position, v.name, i.id
  FROM model m, (VALUES (1, 'btc_price', 'BTC-USD'), (2, 'mnav', 'MNAV')) AS v (position, name, symbol)
  JOIN instrument i USING (symbol)
 WHERE m.name = 'mstr'
ON CONFLICT DO NOTHING;

COMMIT;
