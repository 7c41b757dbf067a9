#!/bin/bash
# kill -9 of the worker at each step's boundary and in the middle of a load,
# then `quotemill tick`: nothing is lost, nothing is there twice.
#
# A lock taken by this test stops the worker at an exact statement. When the
# server says that the worker waits there, it is killed and the lock let go; a
# statement that waited outside a transaction then still takes effect, as it
# would after a real crash, one inside a transaction never does.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/pipeline.sh
. tests/lib/hold.sh

export QM_NOW=2023-06-01T22:30:00Z
pipeline_start
quotemill=${QM_BIN:-bin}/quotemill
instruments=(--instrument BTC-USD --instrument MSTR --instrument MNAV --instrument WTI)

# What must be the same in the end however a run got there.
digest() {
    sql "SELECT md5(string_agg(concat_ws(',', symbol, ts, open, high, low, close, volume), ' ' ORDER BY symbol, ts)),
                count(*) FROM bar JOIN instrument i ON i.id = instrument_id"
    sql "SELECT md5(string_agg(concat_ws(',', instrument_id, ts, rule, field, raw, seen), ' '
                               ORDER BY instrument_id, ts, rule)) FROM quarantine"
    sql "SELECT string_agg(concat_ws(',', v.state, v.version, v.rows, v.r2), ' ') FROM model_version v"
}

clean() {
    sql "SET client_min_messages = warning; TRUNCATE run, load, bar, bar_history, quarantine, model_version, model_activation RESTART IDENTITY CASCADE"
}

# Kills the worker where a lock stops it: a name, the lock, the statement.
kill_at() {
    local name=$1 lock=$2 statement=$3 pid
    clean
    "$quotemill" run --queue --mode full_refresh "${instruments[@]}" > "$work/out"
    hold "$lock"
    "$quotemill" tick 2> "$work/killed.log" 7>&- &
    pid=$!
    ok "$name: the worker gets there" is_stopped "$statement"
    kill -9 "$pid"
    wait "$pid" 2> "$work/wait.log"
    let_go
    wait_gone
    check_after "$name"
}

check_after() {
    local name=$1 status=0
    "$quotemill" tick 2> "$work/tick.log" || status=$?
    is "$name: the next tick ends the run" "$status $(sql 'SELECT state FROM run')" '0 succeeded' ||
        diag "$(tail -n 20 "$work/tick.log")"
    is "$name: what is stored is what an undisturbed run stores" "$(digest)" "$wanted" ||
        diag "$(cat "$work/tick.log")"
    is "$name: no response is left over" "$(sql "SELECT count(*) FROM load WHERE state <> 'stored'")" 0
    is "$name: each bar came new once" \
        "$(sql "SELECT (SELECT sum(rows_new) FROM load) = (SELECT count(*) FROM bar)
                    AND (SELECT sum(rows_new) FROM load) = (SELECT rows_new FROM run)")" t
    is "$name: nothing was replaced" "$(sql 'SELECT count(*) FROM bar_history')" 0
}

# Rows of these tables are only made while nobody holds their advisory lock.
# (The sweep for lost runs touches the tables too, but inserts nothing.)
sql 'CREATE FUNCTION stop_here() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM pg_advisory_xact_lock_shared(hashtext(TG_TABLE_NAME)); RETURN NEW; END $$;
     CREATE TRIGGER stop_here BEFORE INSERT ON step FOR EACH ROW EXECUTE FUNCTION stop_here();
     CREATE TRIGGER stop_here BEFORE INSERT ON step_source FOR EACH ROW EXECUTE FUNCTION stop_here()'

# --- the run that nobody disturbs -------------------------------------------
"$quotemill" run --mode full_refresh "${instruments[@]}" > "$work/out" 2> "$work/log"
is 'an undisturbed run succeeds' "$(sql 'SELECT state FROM run')" succeeded || diag "$(cat "$work/out" "$work/log")"
wanted=$(digest)
like 'it stores bars and a model' "$wanted" '\|[0-9]{4,}.*active,1'

# --- killed at exact points -------------------------------------------------
kill_at 'while a run is claimed' "SELECT pg_advisory_xact_lock(hashtext('step'))" 'INSERT INTO step '
kill_at 'before the fetch is planned' "SELECT pg_advisory_xact_lock(hashtext('step_source'))" \
    'INSERT INTO step_source'
kill_at 'while responses are noted' 'LOCK TABLE load IN SHARE MODE' 'INSERT INTO load'
kill_at 'between fetch and process' 'LOCK TABLE quarantine IN ACCESS EXCLUSIVE MODE' 'FROM quarantine'
kill_at 'before the first load' 'LOCK TABLE bar_coarse IN SHARE MODE' 'bar'
kill_at 'between process and retrain' 'LOCK TABLE model IN ACCESS EXCLUSIVE MODE' 'FROM model'
kill_at 'while a model is stored' 'LOCK TABLE model_version IN SHARE MODE' ' model_version'

# --- in the middle of a load: its bars are written, not committed -----------
clean
"$quotemill" run --step fetch --mode full_refresh "${instruments[@]}" > "$work/out" 2> "$work/fetch.log"
"$quotemill" run --queue --step process --step retrain > "$work/out"
third=$(sql 'SELECT id FROM load ORDER BY (SELECT symbol FROM instrument i WHERE i.id = instrument_id), id OFFSET 2 LIMIT 1')
hold "SELECT id FROM load WHERE id = $third FOR UPDATE"
"$quotemill" tick 2> "$work/killed.log" 7>&- &
pid=$!
ok 'in the middle of a load: the worker gets there' is_stopped 'UPDATE load'
is 'in the middle of a load: the loads before it are stored' "$(sql "SELECT count(*) FROM load WHERE state = 'stored'")" 2
kill -9 "$pid"
wait "$pid" 2> "$work/wait.log"
let_go
wait_gone
"$quotemill" tick 2> "$work/tick.log"
is 'in the middle of a load: the next tick ends the run' "$(sql 'SELECT state, attempt FROM run WHERE id = 2')" \
    'succeeded|2'
is 'in the middle of a load: what is stored is what an undisturbed run stores' "$(digest)" "$wanted"
is 'in the middle of a load: each bar came new once' \
    "$(sql "SELECT (SELECT sum(rows_new) FROM load) = (SELECT count(*) FROM bar)
                AND (SELECT count(*) FROM load WHERE state <> 'stored') = 0")" t

# --- a response that cannot be used, then a crash ---------------------------
# The other responses of its source are good; the source has failed all the same.
clean
"$quotemill" run --step fetch --mode full_refresh "${instruments[@]}" > "$work/out" 2> "$work/fetch.log"
bitcoin="SELECT l.id FROM load l JOIN instrument i ON i.id = instrument_id WHERE symbol = 'BTC-USD' ORDER BY l.id"
ok 'bitcoin came in several responses' test "$(sql "SELECT count(*) FROM ($bitcoin) each")" -ge 2
sql "UPDATE load SET archive_hash = repeat('0', 64) WHERE id = ($bitcoin LIMIT 1)"
"$quotemill" run --queue --step process > "$work/out"
hold "SELECT id FROM load WHERE id = ($bitcoin OFFSET 1 LIMIT 1) FOR UPDATE"
"$quotemill" tick 2> "$work/killed.log" 7>&- &
pid=$!
ok 'after a response that cannot be used: the worker gets to the next' is_stopped 'UPDATE load'
is 'after a response that cannot be used: it is refused' \
    "$(sql "SELECT state FROM load WHERE id = ($bitcoin LIMIT 1)")" refused
kill -9 "$pid"
wait "$pid" 2> "$work/wait.log"
let_go
wait_gone
"$quotemill" tick 2> "$work/tick.log"
is 'after a response that cannot be used: the run that goes on ends partial' \
    "$(sql 'SELECT state, attempt FROM run WHERE id = 2')" 'partial|2'
is 'after a response that cannot be used: its source has failed, for that reason' \
    "$(sql "SELECT source, error_kind, ss.error LIKE 'archived response 0000%' FROM step_source ss
             JOIN step s ON s.id = step_id WHERE s.run_id = 2 AND ss.state = 'failed'")" \
    'BTC-USD|unusable|t'
is 'after a response that cannot be used: the others are stored' \
    "$(sql "SELECT state, count(*) > 3 FROM load GROUP BY state ORDER BY state")" 'refused|f
stored|t'

# --- in the middle of the fetch: some sources have answered -----------------
clean
sim_fault 'eia * hang 30'
"$quotemill" run --queue --mode full_refresh "${instruments[@]}" > "$work/out"
"$quotemill" tick 2> "$work/killed.log" &
pid=$!
for _ in $(seq 200); do
    [ "$(sql "SELECT count(*) FROM step_source WHERE state = 'succeeded'")" = 3 ] && break
    sleep 0.05
done
is 'in the middle of the fetch: three sources have answered' \
    "$(sql "SELECT count(*) FROM step_source WHERE state = 'succeeded'")" 3
kill -9 "$pid"
wait "$pid" 2> "$work/wait.log"
sim_fault
loads=$(sql "SELECT count(*) FROM load JOIN instrument i ON i.id = instrument_id WHERE symbol <> 'WTI'")
check_after 'in the middle of the fetch'
is 'in the middle of the fetch: who had answered was not asked again' \
    "$(sql "SELECT count(*) FROM load JOIN instrument i ON i.id = instrument_id WHERE symbol <> 'WTI'")" "$loads"

# --- a worker that dies each time is given up -------------------------------
clean
"$quotemill" run --queue --instrument MSTR > "$work/out"
for _ in 1 2 3; do
    hold 'LOCK TABLE quarantine IN ACCESS EXCLUSIVE MODE'
    "$quotemill" tick 2> "$work/killed.log" 7>&- &
    pid=$!
    is_stopped 'FROM quarantine' || break
    kill -9 "$pid"
    wait "$pid" 2> "$work/wait.log"
    let_go
    wait_gone
done
"$quotemill" tick 2> "$work/tick.log"
is 'after three attempts a run is lost' "$(sql 'SELECT state, attempt FROM run')" 'lost|3'
like 'and says so' "$(sql 'SELECT error FROM run')" 'went silent in each of 3 attempts'
"$quotemill" run --step process > "$work/out" 2> "$work/process.log"
ok 'what it fetched is not lost' test "$(sql "SELECT count(*) FROM bar")" -gt 250
done_testing
