#!/bin/bash
# PostgreSQL goes away during a run and comes back: the run goes on in the same
# process, or is taken up by the next tick.
. "$(dirname "$0")/../lib/tap.sh"
unset QM_TEST_DB_HOST # a cluster of its own: other tests need theirs
. tests/lib/pipeline.sh

export QM_NOW=2023-06-01T22:30:00Z
pipeline_start
quotemill=${QM_BIN:-bin}/quotemill
instruments=(--instrument BTC-USD --instrument MSTR --instrument MNAV)
cluster=$(dirname "$QM_TEST_DB_HOST")/pg

pg_stop() { scripts/pg-cluster stop "$cluster" > "$work/pg.log" 2>&1; }
pg_start() { scripts/pg-cluster start "$cluster" "$QM_TEST_DB_HOST" --fast > "$work/pg.log" 2>&1; }
# As a crash of the server: every process of it at once, nothing said.
pg_crash() {
    local pid
    pid=$(head -n 1 "$cluster/postmaster.pid")
    # shellcheck disable=SC2046
    kill -9 "$pid" $(ps -o pid= --ppid "$pid")
}
digest() {
    sql "SELECT md5(string_agg(concat_ws(',', symbol, ts, open, high, low, close, volume), ' ' ORDER BY symbol, ts)),
                count(*) FROM bar JOIN instrument i ON i.id = instrument_id"
}
clean() {
    sql "SET client_min_messages = warning;
         TRUNCATE run, load, bar, bar_history, quarantine, model_version, model_activation RESTART IDENTITY CASCADE"
}
until_sql() {
    local i
    for i in $(seq 300); do
        [ "$(sql "$1" 2> "$work/sql.log")" = "$2" ] && return 0
        sleep 0.05
    done
    diag "waited in vain for \"$2\" from $1: $(sql "$1" 2>&1)"
    return 1
}

run undisturbed --mode full_refresh "${instruments[@]}"
is 'an undisturbed run succeeds' "$status" 0 || diag "$(tail -n 5 "$work/undisturbed.log")"
wanted=$(digest)

# --- in the middle of the fetch ---------------------------------------------
for how in pg_stop pg_crash; do
    clean
    sim_fault 'yahoo /MSTR latency 1500'
    "$quotemill" run --json --mode full_refresh "${instruments[@]}" > "$work/fetch.json" 2> "$work/fetch.log" &
    pid=$!
    until_sql "SELECT count(*) > 0 FROM load" t
    $how
    sleep 1
    pg_start
    status=0
    wait "$pid" || status=$?
    sim_fault
    is "in the middle of the fetch ($how): the run goes on" "$status $(sql 'SELECT state, attempt FROM run')" \
        '0 succeeded|1' || diag "$(tail -n 20 "$work/fetch.log")"
    is "in the middle of the fetch ($how): everything is stored" "$(digest)" "$wanted"
    is "in the middle of the fetch ($how): nothing twice" \
        "$(sql "SELECT (SELECT sum(rows_new) FROM load) = (SELECT count(*) FROM bar)
                    AND (SELECT count(*) FROM bar_history) = 0")" t
done
like 'the log says so' "$(sql "SELECT string_agg(text, ' / ') FROM run_log")" 'The database went away'

# --- in the middle of a load ------------------------------------------------
clean
"$quotemill" run --step fetch --mode full_refresh "${instruments[@]}" > "$work/out" 2> "$work/fetch.log"
mkfifo "$work/lock.in"
psql -XAtq -h "$QM_TEST_DB_HOST" -U postgres -d "$pipeline_db" < "$work/lock.in" > "$work/lock.out" 2>&1 &
lock_pid=$!
exec 7> "$work/lock.in"
printf 'BEGIN;\nSELECT 42 FROM load WHERE id = 2 FOR UPDATE;\n' >&7
for _ in $(seq 100); do
    grep -q '^42$' "$work/lock.out" && break
    sleep 0.05
done
"$quotemill" run --step process > "$work/out" 2> "$work/process.log" 7>&- &
pid=$!
ok 'in the middle of a load: the worker gets there' \
    until_sql "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE load%'" 1
pg_stop
exec 7>&-
wait "$lock_pid"
pg_start
status=0
wait "$pid" || status=$?
is 'in the middle of a load: the run goes on' "$status $(sql 'SELECT state, attempt FROM run WHERE id = 2')" \
    '0 succeeded|1' || diag "$(tail -n 20 "$work/process.log")"
is 'in the middle of a load: everything is stored' "$(digest)" "$wanted"
is 'in the middle of a load: once' \
    "$(sql "SELECT (SELECT sum(rows_new) FROM load) = (SELECT count(*) FROM bar)
                AND (SELECT rows_new FROM run WHERE id = 2) = (SELECT count(*) FROM bar)")" t

# --- away for too long ------------------------------------------------------
clean
sim_fault 'yahoo /MSTR latency 1500'
QM_DB_WAIT_S=1 "$quotemill" run --mode full_refresh "${instruments[@]}" > "$work/long.out" 2> "$work/long.log" &
pid=$!
until_sql "SELECT count(*) > 0 FROM load" t
pg_stop
status=0
wait "$pid" || status=$?
is 'away for too long: the command fails' "$status" 1
like 'with words' "$(tail -n 1 "$work/long.log")" '^quotemill run: '
sim_fault
pg_start
is 'the run is not lost' "$(sql 'SELECT state FROM run')" running
"$quotemill" tick 2> "$work/tick.log"
is 'the next tick goes on with it' "$(sql 'SELECT state, attempt FROM run')" 'succeeded|2'
is 'everything is stored' "$(digest)" "$wanted"

# --- a worker that waits for work -------------------------------------------
"$quotemill" work 2> "$work/work.log" &
pid=$!
until_sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'quotemill work'" 1
pg_stop
sleep 1
pg_start
"$quotemill" run --queue --instrument MSTR > "$work/out"
ok 'work outlives a restart and takes up what is queued then' \
    until_sql 'SELECT state FROM run ORDER BY id DESC LIMIT 1' succeeded
pg_stop
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
is 'and ends on SIGTERM while the server is away' "$status" 0
pg_start
done_testing
