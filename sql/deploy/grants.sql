BEGIN;

-- The console reads everything a page may show, queues and cancels runs,
-- activates models, manages users. It never writes market data.
GRANT SELECT ON calendar, instrument, provider, listing, rate_bucket, load, bar, bar_minute, bar_coarse,
    bar_history, validation_rule, quarantine, schedule, run, step, step_source, run_log, model, model_input,
    model_version, coefficient, model_activation, mstr_historical_data, model_coefficients TO quotemill_console;
GRANT INSERT ON run TO quotemill_console;
GRANT UPDATE (cancel_by, state, finished_at, error) ON run TO quotemill_console;
GRANT UPDATE (state) ON model_version TO quotemill_console;
GRANT INSERT ON model_activation TO quotemill_console;
GRANT SELECT, INSERT, UPDATE, DELETE ON app_user, session, login_throttle TO quotemill_console;
GRANT SELECT, INSERT ON audit_log TO quotemill_console;

-- The worker writes market data, runs and models; it sees no user, no session.
GRANT SELECT ON calendar, instrument, provider, listing, validation_rule, model, model_input, schedule,
    mstr_historical_data, model_coefficients TO quotemill_worker;
GRANT UPDATE (next_due, last_queued) ON schedule TO quotemill_worker;
-- `quotemill instrument add | retire`
GRANT INSERT ON instrument, listing TO quotemill_worker;
GRANT UPDATE (active) ON instrument TO quotemill_worker;
GRANT SELECT, INSERT, UPDATE ON rate_bucket, load, quarantine, run, step, step_source,
    model_version TO quotemill_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON bar, bar_minute, bar_coarse TO quotemill_worker;
GRANT SELECT, INSERT ON bar_history, run_log, coefficient, model_activation, audit_log TO quotemill_worker;
GRANT EXECUTE ON FUNCTION bar_partitions_ensure TO quotemill_worker;
REVOKE EXECUTE ON FUNCTION bar_partitions_ensure FROM PUBLIC;

-- /readyz compares what is deployed with what the program expects. Where the
-- schema was not deployed by sqitch there is nothing to compare.
DO $$
BEGIN
    IF to_regclass('sqitch.changes') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA sqitch TO quotemill_console;
        GRANT SELECT ON sqitch.changes TO quotemill_console;
    END IF;
END $$;

COMMIT;
