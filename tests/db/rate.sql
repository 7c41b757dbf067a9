-- The token bucket.
BEGIN;
SELECT no_plan();

UPDATE provider SET rate_per_minute = 60, burst = 5 WHERE name = 'yahoo';
SELECT results_eq($$SELECT taken, wait_s FROM rate_take('yahoo', 3)$$, 'VALUES (3, 0::float8)', 'a full bucket to begin with');
SELECT is((SELECT taken FROM rate_take('yahoo', 10)), 2, 'no more than there is');
SELECT ok(taken = 0 AND wait_s > 0.5 AND wait_s <= 1, 'an empty one says when the next token is there')
  FROM rate_take('yahoo', 1);
SELECT is((SELECT taken FROM rate_take('yahoo', 0)), 0, 'none wanted, none taken');
SELECT is((SELECT taken FROM rate_take('yahoo', -5)), 0, 'nobody gives tokens back');
SELECT ok(tokens < 1, 'and the bucket did not grow') FROM rate_bucket WHERE provider = 'yahoo';

UPDATE rate_bucket SET tokens = 0, refilled_at = clock_timestamp() - interval '3.5 seconds' WHERE provider = 'yahoo';
SELECT is((SELECT taken FROM rate_take('yahoo', 10)), 3, 'it fills at its rate');
SELECT ok(tokens >= 0.5 AND tokens < 0.9, 'and keeps the fraction') FROM rate_bucket WHERE provider = 'yahoo';
UPDATE rate_bucket SET tokens = 0, refilled_at = clock_timestamp() - interval '1 day' WHERE provider = 'yahoo';
SELECT is((SELECT taken FROM rate_take('yahoo', 100)), 5, 'up to its size');
UPDATE rate_bucket SET tokens = 2, refilled_at = clock_timestamp() + interval '1 hour' WHERE provider = 'yahoo';
SELECT is((SELECT taken FROM rate_take('yahoo', 9)), 2, 'a clock that went back takes nothing away');

UPDATE rate_bucket SET tokens = 5, blocked_until = clock_timestamp() + interval '30 seconds' WHERE provider = 'yahoo';
SELECT ok(taken = 0 AND wait_s > 29 AND wait_s <= 30, 'Retry-After holds') FROM rate_take('yahoo', 1);
UPDATE rate_bucket SET blocked_until = clock_timestamp() - interval '1 second' WHERE provider = 'yahoo';
SELECT is((SELECT taken FROM rate_take('yahoo', 1)), 1, 'until it is over');
SELECT is((SELECT taken FROM rate_take('binance', 1)), 1, 'each provider has its own');
SELECT throws_ok($$SELECT rate_take('nobody', 1)$$, 'P0002', NULL, 'an unknown provider is an error');

SELECT * FROM finish();
ROLLBACK;
