#!/bin/bash
# Runs from the command line: modes, what stands in the queue, cancelling,
# giving back, steps by themselves, the words of status.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/pipeline.sh

export QM_NOW=2024-03-01T22:30:00Z
pipeline_start
quotemill=${QM_BIN:-bin}/quotemill

state_of() { sql "SELECT state FROM run WHERE id = $1"; }
last_run() { sql 'SELECT max(id) FROM run'; }
# Waits until the query answers so; false after ten seconds.
until_sql() {
    local i
    for i in $(seq 200); do
        [ "$(sql "$1")" = "$2" ] && return 0
        sleep 0.05
    done
    diag "waited in vain for \"$2\" from $1: $(sql "$1")"
    return 1
}
bars() { sql "SELECT count(*) FROM bar JOIN instrument i ON i.id = instrument_id WHERE symbol = '$1'"; }

# --- modes ------------------------------------------------------------------
run first --instrument aapl
is 'an incremental run of an empty instrument fetches all history' \
    "$status $(jq -r '.state, .mode' "$work/first.json" | xargs)" '0 succeeded incremental' ||
    diag "$(tail -n 20 "$work/first.log")"
is 'it says how many rows are new' "$(jq .rows.new "$work/first.json")" "$(bars AAPL)"
ok 'that is more than a year of days' test "$(bars AAPL)" -gt 250

run again --instrument AAPL
is 'a second one finds nothing new' "$status $(jq -c '[.state, .rows.new, .rows.changed]' "$work/again.json")" \
    '0 ["succeeded",0,0]'
is 'it asks for an overlap only' "$(jq .rows.same "$work/again.json")" 6
like 'and says so' "$(jq -r '.steps[] | select(.step == "process").detail' "$work/again.json")" '^nothing new'

is 'each day has its quality, whether a bar came or not' \
    "$(sql "SELECT count(*) FILTER (WHERE q.stored = 1) = $(bars AAPL), bool_and(q.expected = 1 OR q.stored = 1)
              FROM quality q JOIN instrument i ON i.id = q.instrument_id WHERE symbol = 'AAPL'")" 't|t'

stored=$(bars AAPL)
QM_NOW=2024-03-08T22:30:00Z
run week --instrument AAPL
is 'five sessions later it stores five' "$(jq .rows.new "$work/week.json") $(($(bars AAPL) - stored))" '5 5'

sql "DELETE FROM bar WHERE ts BETWEEN '2023-05-02Z' AND '2023-05-05Z'" > "$work/deleted"
run hole --instrument AAPL --from 2023-05-01 --to 2023-05-05
is 'a backfill fetches exactly its days' "$(jq -c '[.mode, .rows.new, .rows.same]' "$work/hole.json")" \
    '["backfill",4,1]'
run all --instrument AAPL --mode full_refresh
is 'a full refresh of what is there changes nothing' \
    "$(jq -c '[.state, .rows.new, .rows.changed, .rows.same]' "$work/all.json")" "[\"succeeded\",0,0,$(bars AAPL)]"

# --- steps by themselves ----------------------------------------------------
run fetched --instrument MSFT --step fetch
is 'fetch alone stores no bar' "$status $(bars MSFT)" '0 0'
is 'what it fetched waits' "$(sql "SELECT DISTINCT state FROM load JOIN instrument i ON i.id = instrument_id
                                    WHERE symbol = 'MSFT'")" fetched
run processed --step process
is 'process alone stores what any run fetched' "$status $(jq .rows.new "$work/processed.json")" "0 $(bars MSFT)"
ok 'all of it' test "$(bars MSFT)" -gt 250
run processed2 --step process
is 'once' "$(jq -c '.rows' "$work/processed2.json")" '{"new":0,"same":0,"changed":0,"refused":0}'
run retrained --step retrain
is 'retrain alone only retrains' "$(jq -c '[.steps[].step]' "$work/retrained.json")" '["retrain"]'

# --- usage ------------------------------------------------------------------
refused() {
    local words=$1 want=$2
    shift 2
    status=0
    out=$("$quotemill" run "$@" 2>&1 >"$work/out") || status=$?
    is "$words: exit 2" "$status" 2
    like "$words: in words" "$out" "$want"
}
before=$(last_run)
refused 'an unknown mode' 'no mode "quick"' --mode quick
refused 'a symbol nearly right' 'did you mean BTC-USD' --instrument BTCUSD
refused 'an unknown option' 'no option --fast' --fast
refused 'a backfill without dates' 'first and its last day' --mode backfill
refused 'a day that does not exist' '2023-02-30' --from 2023-02-30 --to 2023-03-01
refused 'a provider that cannot answer' 'none of these providers' --instrument AAPL --provider eia
is 'nothing of that was queued' "$(last_run)" "$before"
like 'a dry run says what it would do' "$("$quotemill" run --dry-run)" \
    '^10 sources, about [0-9]+ requests?, .*within every limit'

# --- one failing source -----------------------------------------------------
sim_fault 'yahoo /MSTR 500'
QM_FETCH_ATTEMPTS=2 QM_BACKOFF_BASE_MS=10 run partial --instrument MSTR --instrument AAPL
is 'one source fails: partial, exit 3' "$status $(jq -r .state "$work/partial.json")" '3 partial'
like 'the run says which and why' "$(jq -r .error "$work/partial.json")" '1 of 2 sources failed: MSTR \('
like 'and what happens next' \
    "$(jq -r '.steps[0].sources[] | select(.source == "MSTR").next_action' "$work/partial.json")" \
    'tried again by the next run at .*New York time'
is 'process, retrain and alert ran on what came' "$(jq -c '[.steps[].state]' "$work/partial.json")" \
    '["partial","succeeded","succeeded","succeeded"]'
sim_fault

# --- cancelling and giving back ---------------------------------------------
sim_fault 'yahoo /MSTR hang 30'
"$quotemill" run --instrument MSTR > "$work/cancel.out" 2> "$work/cancel.log" &
pid=$!
until_sql "SELECT count(*) FROM step WHERE kind = 'fetch' AND state = 'running'" 1
id=$(last_run)
sleep 0.5
began=$(date +%s%N)
sql "UPDATE run SET cancel_by = 'ann' WHERE id = $id; SELECT pg_notify('run_cancel', '$id')" > "$work/notified"
status=0
wait "$pid" || status=$?
took_ms=$((($(date +%s%N) - began) / 1000000))
is 'a run is cancelled in the middle of fetch' "$status $(state_of "$id")" '1 cancelled'
ok "within a second ($took_ms ms)" test "$took_ms" -lt 1000
is 'its steps too' "$(sql "SELECT DISTINCT state FROM step WHERE run_id = $id")" cancelled
is 'by whom' "$(sql "SELECT error FROM run WHERE id = $id")" 'cancelled by ann'

"$quotemill" run --instrument MSTR > "$work/term.out" 2> "$work/term.log" &
pid=$!
until_sql "SELECT count(*) FROM step WHERE kind = 'fetch' AND state = 'running'" 1
id=$(last_run)
began=$(date +%s%N)
kill -TERM "$pid"
wait "$pid"
took_ms=$((($(date +%s%N) - began) / 1000000))
is 'SIGTERM gives a run back, the attempt not counted' \
    "$(sql "SELECT state, attempt FROM run WHERE id = $id")" 'queued|0'
ok "within two seconds ($took_ms ms)" test "$took_ms" -lt 2000
sim_fault
"$quotemill" tick 2> "$work/tick.log"
is 'the next tick goes on with it' "$(sql "SELECT state, attempt FROM run WHERE id = $id")" 'succeeded|1'

# A retrain that waits for its rows, which somebody holds a lock on. It reads
# them all: nothing of an earlier reading is kept.
retrain_behind_a_lock() {
    sql 'DELETE FROM model_factor' > "$work/forgotten"
    psql -XAtq -h "$QM_TEST_DB_HOST" -U postgres -d "$pipeline_db" \
        -c 'BEGIN; LOCK TABLE bar IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(20)' > "$work/lock.out" 2>&1 &
    lock_pid=$!
    until_sql "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted
                  AND relation = 'bar'::regclass" 1
    "$quotemill" run --step retrain > "$work/retrain.out" 2> "$work/retrain.log" &
    pid=$!
    until_sql "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'" 1
    id=$(last_run)
    began=$(date +%s%N)
}
retrain_ends() {
    status=0
    wait "$pid" || status=$?
    took_ms=$((($(date +%s%N) - began) / 1000000))
    sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()" \
        > "$work/unlocked"
    wait "$lock_pid"
}
retrain_behind_a_lock
sql "UPDATE run SET cancel_by = 'ann' WHERE id = $id; SELECT pg_notify('run_cancel', '$id')" > "$work/notified"
retrain_ends
is 'a run is cancelled in the middle of retrain' "$status $(state_of "$id")" '1 cancelled'
ok "long before the lock is gone ($took_ms ms)" test "$took_ms" -lt 10000
retrain_behind_a_lock
kill -TERM "$pid"
retrain_ends
is 'SIGTERM gives it back there too' "$(sql "SELECT state, attempt FROM run WHERE id = $id")" 'queued|0'
ok "long before the lock is gone ($took_ms ms)" test "$took_ms" -lt 10000
"$quotemill" tick 2> "$work/tick.log"
is 'and the next tick ends it' "$(state_of "$id")" succeeded
QM_STEP_TIMEOUT_S=1 retrain_behind_a_lock
retrain_ends
is 'so does the time of the step' "$status $(sql "SELECT state, error FROM run WHERE id = $id")" \
    '1 timed_out|retrain: the time was up before model mstr was judged'
ok "long before the lock is gone ($took_ms ms)" test "$took_ms" -lt 10000

# --- waiting ----------------------------------------------------------------
sim_fault 'yahoo /MSTR latency 1500'
"$quotemill" run --instrument MSTR > "$work/slow.out" 2> "$work/slow.log" &
pid=$!
until_sql "SELECT count(*) FROM run WHERE state = 'running'" 1
id=$(last_run)
"$quotemill" run --instrument AAPL > "$work/other.out" 2> "$work/other.log"
is 'a run of other instruments does not wait' "$(state_of "$id")" running
"$quotemill" run --instrument MSTR --instrument AAPL > "$work/wait.out" 2> "$work/wait.log"
like 'one that overlaps waits and says so' "$(cat "$work/wait.log")" "waits for run $id"
is 'for its end' "$(sql "SELECT b.started_at >= a.finished_at FROM run a, run b
                          WHERE a.id = $id AND b.id = $(last_run)")" t
wait "$pid"
sim_fault

# --- work -------------------------------------------------------------------
"$quotemill" work 2> "$work/work.log" &
pid=$!
until_sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'quotemill work' AND query LIKE 'LISTEN%'
            OR application_name = 'quotemill work' AND state = 'idle' AND datname = current_database()" 1
sleep 0.5
"$quotemill" run --instrument AAPL --queue > "$work/queued.out"
like 'a run can be only queued' "$(cat "$work/queued.out")" "^Run $(last_run) is (queued|running)"
ok 'work takes it up' until_sql "SELECT state FROM run WHERE id = $(last_run)" succeeded
ok 'at once' test "$(sql "SELECT started_at - queued_at < interval '500 ms' FROM run WHERE id = $(last_run)")" = t
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
is 'work ends on SIGTERM' "$status" 0

mkfifo "$work/wake"
"$quotemill" run --instrument AAPL --queue > "$work/queued.out"
exec 3<> "$work/wake"
echo wake >&3
LISTEN_FDS=1 "$quotemill" work --drain 2> "$work/drain.log"
is 'work --drain works the queue and exits' "$(state_of "$(last_run)")" succeeded
read -r -t 0.1 left <&3
exec 3>&-
is 'and has read the FIFO empty' "${left-}" ''

# --- live messages ----------------------------------------------------------
# Stands in for nginx's publisher socket: one line for each body that is posted.
perl -MIO::Socket::UNIX -e '
    $| = 1;
    my $server = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5) or die;
    while (my $c = $server->accept) {
        while (defined(my $line = <$c>)) {
            my ($path, $n) = ($line =~ /^POST (\S+)/, 0);
            while (defined($line = <$c>) && $line =~ /\S/) { $n = $1 if $line =~ /^content-length: (\d+)/i }
            read($c, my $body, $n);
            print "$path $body\n";
            print $c "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
        }
    }' "$work/publish.sock" > "$work/published" 2> "$work/perl.log" &
pid=$!
until [ -S "$work/publish.sock" ]; do sleep 0.05; done
QM_PUBLISH_SOCKET=$work/publish.sock run live --instrument AAPL --instrument WTI
kill "$pid"
id=$(jq .run "$work/live.json")
is 'every line of the log is published, in order' \
    "$(sed -n "s|^/publish/run/$id ||p" "$work/published" | jq -r 'select(.kind == "log") | "\(.id) \(.text)"')" \
    "$(sql "SELECT id || ' ' || text FROM run_log WHERE run_id = $id ORDER BY id")"
is 'the last message says that the run changed' "$(tail -n 1 "$work/published")" \
    "/publish/run/$id {\"kind\":\"changed\"}"
QM_PUBLISH_SOCKET=$work/nobody.sock run unheard --instrument AAPL
is 'nobody to publish to is no trouble' "$status" 0

# --- the log and the words --------------------------------------------------
id=$(jq .run "$work/first.json")
like 'the log is kept in words' "$(sql "SELECT string_agg(text, ' / ' ORDER BY id) FROM run_log WHERE run_id = $id")" \
    "Run $id began: incremental of AAPL.*Step fetch began.*AAPL: asking yahoo.*Step fetch succeeded.*Run $id succeeded"
like 'status says what ran' "$("$quotemill" status)" 'Last runs.*succeeded.*Instruments.*AAPL.*Models'
is 'and as JSON' "$("$quotemill" status --json | jq -r '.last_run.state')" succeeded
like 'a person reads a summary' "$("$quotemill" run --instrument AAPL 2> "$work/summary.log")" \
    '^Run [0-9]+ succeeded in .*\(simulated data\).*fetch .*1 of 1 source answered.*rows: 0 new, 6 the same'
like 'instruments are listed' "$("$quotemill" instrument list)" 'AAPL .*stock .*NYSE .*yahoo:AAPL'

# --- another provider is asked, too, and compared ---------------------------
checks() { sql "SELECT provider, l.state, rows_new, rows_same, rows_flagged FROM load l WHERE kind = 'check' AND run_id = $1"; }
run btc --instrument BTC-USD --mode full_refresh
is 'a full refresh compares nothing' "$status $(checks "$(jq .run "$work/btc.json")")" '0 '
run agreed --instrument BTC-USD
is 'an incremental run asks another provider for the same bars' "$status $(checks "$(jq .run "$work/agreed.json")")" \
    '0 yahoo|stored|0|6|0'
is 'its rows are not counted' "$(jq -c .rows "$work/agreed.json")" '{"new":0,"same":6,"changed":0,"refused":0}'
is 'what it said is kept' "$(sql 'SELECT provider, count(*) FROM bar_check GROUP BY 1')" 'yahoo|6'
sql "UPDATE listing SET provider_symbol = 'ETH-USD' WHERE provider = 'yahoo' AND provider_symbol = 'BTC-USD'"
run apart --instrument BTC-USD
is 'one that says something else fails nothing' \
    "$status $(jq -r .state "$work/apart.json") $(checks "$(jq .run "$work/apart.json")")" '0 succeeded yahoo|stored|0|6|6'
is 'its bars are doubted' "$(sql "SELECT count(*), count(DISTINCT ts) FROM quarantine WHERE rule = 'agreement' AND state = 'open'
                                   AND severity = 'flag' AND expected LIKE 'about % as yahoo says, within 1 \%'")" '6|6'
is 'and their days trusted less' "$(sql 'SELECT sum(compared), sum(agreed), max(score) FROM quality WHERE compared > 0')" '6|0|0'
like 'the log says so' "$(sql "SELECT string_agg(text, ' / ' ORDER BY id) FROM run_log WHERE run_id = $(jq .run "$work/apart.json")")" \
    'BTC-USD: yahoo gave 6 rows to compare with.*BTC-USD: 6 bars compared with yahoo, 6 too far apart'
id=$(sql "SELECT max(id) FROM load WHERE kind = 'check'")
status=0
"$quotemill" import --undo "$id" > "$work/undo.out" 2>&1 || status=$?
like 'a check cannot be undone, in words' "$status $(cat "$work/undo.out")" '^[1-9].*compared with what is stored'
sim_fault 'yahoo * 503'
run silent --instrument BTC-USD
is 'nor does one that fails fail the run' "$status $(jq -r .state "$work/silent.json") $(checks "$(jq .run "$work/silent.json")")" \
    '0 succeeded '
sim_fault
sql "INSERT INTO instrument_rule (instrument_id, rule, severity) SELECT id, 'agreement', 'off' FROM instrument WHERE symbol = 'BTC-USD'"
run off --instrument BTC-USD
is 'where the rule is off nobody else is asked' "$status $(checks "$(jq .run "$work/off.json")")" '0 '

"$quotemill" instrument add SOL-USD --kind crypto --listing binance:SOLUSDT > "$work/add.out"
is 'an instrument can be added' "$(sql "SELECT provider_symbol FROM listing JOIN instrument i ON i.id = instrument_id
                                         WHERE symbol = 'SOL-USD'")" SOLUSDT
done_testing
