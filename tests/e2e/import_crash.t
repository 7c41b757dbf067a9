#!/bin/bash
# kill -9 of an import and of an undo at each statement that matters, a database
# that goes away and a disk that is full: all of the file is stored, or nothing.
#
# A lock taken by this test stops the import at an exact statement (as in
# crash.t); there it is killed and the lock let go.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/pipeline.sh
. tests/lib/hold.sh

export QM_NOW=2024-06-01T00:00:00Z
pipeline_start
quotemill=${QM_BIN:-bin}/quotemill

# Everything that an import may leave behind.
digest() {
    sql "SELECT md5(concat_ws('|',
        (SELECT string_agg(x::text, ' ' ORDER BY instrument_id, interval_s, ts) FROM bar x),
        (SELECT string_agg(x::text, ' ' ORDER BY instrument_id, interval_s, ts, replaced_by) FROM bar_history x),
        (SELECT string_agg(x::text, ' ' ORDER BY instrument_id, interval_s, ts, load_id) FROM bar_undone x),
        (SELECT string_agg(concat_ws(',', id, state), ' ' ORDER BY id) FROM load),
        (SELECT string_agg(concat_ws(',', id, state), ' ' ORDER BY id) FROM upload),
        (SELECT count(*) FROM quarantine), (SELECT count(*) FROM run), (SELECT count(*) FROM upload_refusal),
        (SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relname LIKE 'bar\_minute\_2%')))"
}

# Until the killed process' sessions are gone, and what they did with them.
are_gone() {
    for _ in $(seq 200); do
        [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                   AND usename = 'quotemill_worker'")" = 0 ] && return 0
        sleep 0.05
    done
    return 1
}

# kill_at NAME LOCK STATEMENT OPTIONS...: kills where the lock stops it.
kill_at() {
    local name=$1 lock=$2 statement=$3 pid before
    shift 3
    before=$(digest)
    hold "$lock"
    "$quotemill" import "$@" > "$work/out" 2> "$work/log" 7>&- &
    pid=$!
    if is_stopped "$statement"; then
        kill -9 "$pid"
        wait "$pid" 2> "$work/wait.log"
        let_go
        are_gone
        is "killed $name: nothing is stored" "$(digest)" "$before"
    else
        kill -9 "$pid"
        let_go
        fail "killed $name: the import gets there" "$(cat "$work/log")"
    fi
}

# Daily bars with a bad row; the same with others changed; minutes.
{
    echo Date,Open,High,Low,Close,Volume
    for day in $(seq -w 1 28); do echo "2024-02-$day,10,12,9,11,100"; done
    echo 2024-03-01,10,8,9,11,100
} > "$work/prices.csv"
sed 's/^2024-02-1\(.\),10,12/2024-02-1\1,10,13/' "$work/prices.csv" > "$work/changed.csv"
{
    echo timestamp,open,high,low,close,volume
    awk 'BEGIN { for (i = 0; i < 60000; i++)
        print strftime("%Y-%m-%dT%H:%M:%SZ", 1706738400 + i * 60, 1) ",10,12,9,11," i }'
} > "$work/minutes.csv"
daily=("$work/prices.csv" --instrument MSFT)
changed=("$work/changed.csv" --instrument AAPL)
minutes=("$work/minutes.csv" --instrument BTC-USD --interval 1m)
"$quotemill" import "$work/prices.csv" --instrument AAPL > "$work/out" 2> "$work/log"
is 'to begin with, a file is stored' "$(sql 'SELECT count(*) FROM bar')" 28

# --- killed at exact points --------------------------------------------------
kill_at 'while the instrument is looked up' 'LOCK TABLE instrument IN ACCESS EXCLUSIVE MODE' 'instrument' "${daily[@]}"
kill_at 'before the rules are read' 'LOCK TABLE validation_rule IN ACCESS EXCLUSIVE MODE' 'validation_rule' "${daily[@]}"
kill_at 'while it waits for its instrument' \
    "SELECT pg_advisory_xact_lock(hashtextextended('bar', id)) FROM instrument WHERE symbol = 'MSFT'" 'pg_advisory' "${daily[@]}"
kill_at 'while the load is noted' 'LOCK TABLE load IN SHARE MODE' 'INSERT INTO load' "${daily[@]}"
kill_at 'while it compares' 'LOCK TABLE bar_coarse IN ACCESS EXCLUSIVE MODE' 'bar_coarse|bar' "${changed[@]}"
kill_at 'before bars are written' 'LOCK TABLE bar_coarse IN SHARE MODE' 'COPY bar_coarse' "${daily[@]}"
kill_at 'before history is written' 'LOCK TABLE bar_history IN SHARE MODE' 'COPY bar_history' "${changed[@]}"
kill_at 'before what is replaced goes' 'SELECT FROM bar_coarse FOR UPDATE' 'DELETE FROM bar_coarse' "${changed[@]}"
kill_at 'before the month is made' 'LOCK TABLE bar_minute IN SHARE UPDATE EXCLUSIVE MODE' 'bar_month_begin' "${minutes[@]}"
kill_at 'after the months are attached' 'LOCK TABLE upload IN SHARE MODE' 'INSERT INTO upload' "${minutes[@]}"
kill_at 'before a refused row is kept' 'LOCK TABLE quarantine IN SHARE MODE' 'INSERT INTO quarantine' "${daily[@]}"
kill_at 'while the upload is noted' 'LOCK TABLE upload IN SHARE MODE' 'INSERT INTO upload' "${daily[@]}"
kill_at 'while that is audited' 'LOCK TABLE audit_log IN SHARE MODE' 'INSERT INTO audit_log' "${changed[@]}"
kill_at 'while the run is queued' 'LOCK TABLE run IN SHARE MODE' 'INSERT INTO run' "${daily[@]}"
kill_at 'while its refusals are listed' 'LOCK TABLE upload_refusal IN SHARE MODE' 'upload_refusal' "${daily[@]}"

# --- killed where the file stops ---------------------------------------------
for lines in 1 9000 40000; do
    before=$(digest)
    mkfifo "$work/pipe"
    "$quotemill" import - --instrument BTC-USD --interval 1m < "$work/pipe" > "$work/out" 2> "$work/log" &
    pid=$!
    exec 8> "$work/pipe"
    head -n "$lines" "$work/minutes.csv" >&8
    sleep 0.2
    kill -9 "$pid"
    wait "$pid" 2> "$work/wait.log"
    exec 8>&-
    rm "$work/pipe"
    are_gone
    is "killed when $lines lines had come: nothing is stored" "$(digest)" "$before"
done

# --- the database goes away in the middle ------------------------------------
before=$(digest)
hold 'LOCK TABLE bar_history IN SHARE MODE'
"$quotemill" import "${changed[@]}" > "$work/out" 2> "$work/log" 7>&- &
pid=$!
is_stopped 'COPY bar_history'
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'quotemill_worker' AND datname = current_database()" > "$work/gone"
wait "$pid"; status=$?
let_go
is 'the database goes away: the import fails' "$status" 1
like 'and says so' "$(cat "$work/log")" '(terminating connection|database.*away|away)'
is 'nothing is stored' "$(digest)" "$before"

# --- the disk is full --------------------------------------------------------
before=$(digest)
status=0
(trap '' XFSZ; ulimit -f 64; "$quotemill" import "${minutes[@]}" > "$work/out" 2>&1) || status=$?
is 'the archive cannot grow: the import fails' "$status" 1
is 'and nothing is stored' "$(digest)" "$before"
{ head -n 1 "$work/minutes.csv"; tail -n +2 "$work/minutes.csv" | tac; } > "$work/tac.csv"
for _ in 1 2 3; do tail -n +2 "$work/minutes.csv" | tac; done >> "$work/tac.csv"
status=0
(trap '' XFSZ; ulimit -f 2048; "$quotemill" import --dry-run "$work/tac.csv" --instrument BTC-USD --interval 1m > "$work/out" 2>&1) || status=$?
is 'rows cannot be sorted on a full disk' "$status" 1
like 'which is said' "$(cat "$work/out")" 'temporary file of sorted rows'

# --- an undo -----------------------------------------------------------------
"$quotemill" import "${changed[@]}" > "$work/out" 2> "$work/log"
load=$(sql 'SELECT max(id) FROM load')
kill_at 'an undo that waits for the load' "SELECT FROM load WHERE id = $load FOR UPDATE" 'load_undo' --undo "$load"
kill_at 'an undo before bars go' 'LOCK TABLE bar_coarse IN SHARE MODE' 'load_undo' --undo "$load"
kill_at 'an undo before they are kept' 'LOCK TABLE bar_undone IN SHARE MODE' 'load_undo' --undo "$load"
kill_at 'an undo before history comes back' 'LOCK TABLE bar_history IN SHARE MODE' 'load_undo' --undo "$load"
kill_at 'an undo while it is audited' 'LOCK TABLE audit_log IN SHARE MODE' 'INSERT INTO audit_log' --undo "$load"

# --- and after all that, as if nothing had been --------------------------------
ok 'the undo goes through' "$quotemill" import --undo "$load"
"$quotemill" import --json "${minutes[@]}" > "$work/out" 2> "$work/log"
like 'and an import' "$(cat "$work/out")" '"rows":60000,"new":60000,"same":0,"changed":0,"refused":0'
done_testing
