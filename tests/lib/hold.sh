# Stops the worker at a chosen statement by a lock that it needs; after
# tests/lib/pipeline.sh.
#
#   hold SQL             holds a lock until let_go
#   is_stopped PATTERN   a session of the worker waits for it in such a statement
#   wait_gone            until the server has ended the sessions of a dead worker
# Holds a lock (SQL in a transaction of its own) until let_go.
hold() {
    mkfifo "$work/lock.in"
    psql -XAtq -h "$QM_TEST_DB_HOST" -U postgres -d "$pipeline_db" -v ON_ERROR_STOP=1 \
        < "$work/lock.in" > "$work/lock.out" 2>&1 &
    lock_pid=$!
    exec 7> "$work/lock.in"
    printf 'BEGIN;\n%s;\nSELECT 42;\n' "$1" >&7
    for _ in $(seq 100); do
        grep -q '^42$' "$work/lock.out" && return 0
        sleep 0.05
    done
    bail "no lock: $(cat "$work/lock.out")"
}

let_go() {
    exec 7>&-
    wait "$lock_pid"
    rm -f "$work/lock.in"
}

# True once a session of the worker waits for a lock of ours.
is_stopped() {
    for _ in $(seq 200); do
        [ "$(sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()
                   AND usename = 'quotemill_worker' AND wait_event_type = 'Lock'
                   AND query ~ '$1'")" = t ] && return 0
        sleep 0.05
    done
    diag "never stopped: $(sql "SELECT application_name, state, wait_event_type, left(query, 60)
                                 FROM pg_stat_activity WHERE datname = current_database()")"
    return 1
}

# Until then their locks are held, and a run is not lost that somebody holds.
wait_gone() {
    for _ in $(seq 200); do
        [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                   AND usename = 'quotemill_worker'")" = 0 ] && return 0
        sleep 0.05
    done
    diag 'sessions of the dead worker are still there'
}
