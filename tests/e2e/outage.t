#!/bin/bash
# Alerts of a whole installation, from the provider to the receiver's door: an
# outage of one provider is one incident with one message and one "resolved",
# by the rules that an installation begins with; a rule on a series is told
# once.
. "$(dirname "$0")/../lib/tap.sh"
[ -x /usr/bin/python3 ] || skip_all 'python3 receives the messages here; it is not there'
. tests/lib/pipeline.sh

# After the nightly run, 22:30 in New York.
export QM_NOW=2024-01-04T03:31:00Z
pipeline_start
export QM_FETCH_ATTEMPTS=2 QM_BACKOFF_BASE_MS=10 QM_BACKOFF_MAX_MS=50
export QM_ALERT_GROUP_S=1 QM_TEMPLATES_DIR=templates
quotemill=${QM_BIN:-bin}/quotemill

/usr/bin/python3 tests/fixtures/webhook_server.py "$work" 2> "$work/receiver.log" &
receiver=$! worker=
stop() {
    # shellcheck disable=SC2086
    kill $receiver $worker 2> "$work/kill"
    pipeline_stop
}
trap stop EXIT
soon() { # COMMAND...: within ten seconds
    local i
    for ((i = 0; i < 200; i++)); do
        "$@" > "$work/soon" && return
        sleep 0.05
    done
    return 1
}
soon [ -s "$work/port" ] || bail "$(cat "$work/receiver.log")"

# A machine whose disks are full is not the matter here, and runs are asked for.
sql "UPDATE alert_rule SET enabled = false WHERE condition = 'disk_low';
     UPDATE instrument SET active = false WHERE symbol NOT IN ('BTC-USD', 'MSTR', 'MNAV', 'AAPL');
     INSERT INTO channel (name, kind, severities, settings, created_by)
     VALUES ('Receiver', 'webhook', '{info,warning,critical}',
             '{\"url\": \"http://127.0.0.1:$(cat "$work/port")/hook\"}', 'test')"

work_at() {
    if [ -n "$worker" ]; then
        kill "$worker"
        wait "$worker"
    fi
    QM_NOW=$1
    "$quotemill" work 2>> "$work/work.log" &
    worker=$!
}
# A run of the worker's.
works() { # NAME OPTIONS...
    run "$1" --queue "${@:2}"
    soon over
}
over() { [ "$(sql "SELECT bool_and(finished_at IS NOT NULL) FROM run")" = t ]; }
told() { jq -r '"\(.kind) \(.title)"' "$work/messages" 2> "$work/jq.log"; }
n_told() { [ "$(told | wc -l)" -ge "$1" ]; }
# What is known of the outage: rules and subjects that fired and did not resolve.
active() {
    sql "SELECT string_agg(condition || ' ' || s.subject, ', ' ORDER BY condition, s.subject)
           FROM alert_state s JOIN alert_rule r ON r.id = rule_id WHERE phase = 'active' AND kind = 'pipeline'"
}
is_active() { [ "$(active)" = "$1" ]; }
looked() { sql "SELECT count(*) FROM alert_state" | grep -qv '^0$'; }

run first --mode full_refresh
is 'before the outage all is well' "$status $(jq -r .state "$work/first.json")" '0 succeeded'
close=$(sql "SELECT close FROM bar JOIN instrument i ON i.id = instrument_id WHERE symbol = 'BTC-USD' ORDER BY ts DESC LIMIT 1")
cat > "$work/rules.json" <<JSON
{"alerts": [{"name": "It rises", "symbol": "BTC-USD", "when": "close > $close"},
            {"name": "It falls", "symbol": "BTC-USD", "when": "close < $close"}]}
JSON
ok 'two rules on the newest close' "$quotemill" alert import "$work/rules.json"

# The next night: Yahoo is down, so of four sources two fail. Their bars are due,
# but that they are late is not said before the run has had its time.
work_at 2024-01-05T03:31:00Z
soon looked
is 'a bar that the run is about to fetch is not late' "$(active)" ''
sim_fault 'yahoo * 503'
works down
ok 'the outage is told' soon n_told 2
is 'and the bar that has come, once' "$(told | sort | tr '\n' ';')" \
    "opened A provider does not answer: yahoo;opened It $(sql "SELECT CASE WHEN close > $close THEN 'rises' ELSE 'falls' END
        FROM bar JOIN instrument i ON i.id = instrument_id WHERE symbol = 'BTC-USD' ORDER BY ts DESC LIMIT 1"): BTC-USD;"

# Later: the data is late, and a run by hand of what is missing has failed.
work_at 2024-01-05T04:00:00Z
works again --instrument AAPL --instrument MSTR
ok 'what follows from it is known' soon is_active \
    'breaker_open yahoo, data_late AAPL, data_late MSTR, run_failed '
is 'and is part of the same incident' \
    "$(sql "SELECT title || ' ' || severity, events FROM alert_incident WHERE 'provider:yahoo' = ANY (tags) AND closed_at IS NULL")" \
    'A provider does not answer: yahoo critical|4'

sim_fault
works back
ok 'it is back, which is told' soon n_told 3
is 'all is over' "$(active)" ''
"$quotemill" alert watch --once > "$work/once" 2>> "$work/work.log"
is 'one incident, one message, one "resolved"' "$(told | sed -n '/yahoo/p; 4,$p' | tr '\n' ';')" \
    'opened A provider does not answer: yahoo;resolved A provider does not answer: yahoo;'
is 'each once' "$(cat "$work/again" 2> "$work/none"; sql 'SELECT DISTINCT state, attempts FROM delivery WHERE title IS NOT NULL AND attempts > 0')" 'sent|1'
is 'all that happened is in that incident' "$(sql "SELECT count(DISTINCT i.id), count(*), min(i.events), bool_and(closed_at IS NOT NULL)
    FROM alert_event e LEFT JOIN alert_incident i ON i.id = e.incident_id WHERE e.instrument_id IS NULL")" '1|8|8|t'
is 'and there is no other but that of the series' "$(sql 'SELECT count(*) FROM alert_incident')" 2
done_testing
