#!/bin/bash
# `quotemill import` of minute bars against `psql \copy` of the same file into a
# table of the same columns and key, in one run on one durable cluster. Prints
# the ratio of rows/s: 1.00 is as fast, more is faster; the bounds are those of
# design.md, section 13. Then what the import waited for: its own CPU time, that
# of the two sessions that serve it, and the most memory it took.
#
#   bench/import.sh [ROWS]        ROWS=5000000 in the environment works too
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-${ROWS:-2000000}}

tmp=$(mktemp -d)
chmod 711 "$tmp"
trap 'scripts/pg-cluster stop "$tmp/pg"; rm -rf "$tmp"' EXIT
scripts/pg-cluster start "$tmp/pg" "$tmp/run"
scripts/schema deploy "$tmp/run" quotemill
export QM_VAR=$tmp QM_DB_WORKER="host=$tmp/run dbname=quotemill user=quotemill_worker"
export QM_ARCHIVE_DIR=$tmp/archive QM_LOG_LEVEL=4
mkdir "$tmp/archive"

sql() {
    psql -XAtq -h "$tmp/run" -U postgres -d quotemill -v ON_ERROR_STOP=1 "$@"
}
# CPU seconds that all processes of the cluster have used.
server_cpu() {
    local pid
    pid=$(head -n 1 "$tmp/pg/postmaster.pid")
    cat "/proc/$pid/stat" $(printf '/proc/%s/stat ' $(ps -o pid= --ppid "$pid")) 2>/dev/null |
        awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); cpu += $12 + $13 + $14 + $15 } END { print cpu / hz }'
}
settle() {
    sql -c CHECKPOINT
}
copy() {
    local cpu
    sql -c 'TRUNCATE plain' -c CHECKPOINT
    cpu=$(server_cpu)
    /usr/bin/time -f '%e %U %S' -o "$tmp/time" psql -XAtq -h "$tmp/run" -U postgres -d quotemill \
        -v ON_ERROR_STOP=1 -c "\\copy plain (ts, open, high, low, close, volume) from '$tmp/new.csv' csv header"
    cpu=$(awk "BEGIN { print $(server_cpu) - $cpu }")
    read -r copy_s user system <"$tmp/time"
    printf '%-44s %9.0f rows/s                       psql %.1f s, server %.1f s of CPU in %.1f s\n' 'psql \copy' \
        "$(awk "BEGIN { print $rows / $copy_s }")" "$(awk "BEGIN { print $user + $system }")" "$cpu" "$copy_s"
}
# One import: words, the file, the least ratio.
import() {
    local words=$1 file=$2 bound=$3 cpu ratio
    settle
    cpu=$(server_cpu)
    /usr/bin/time -f '%e %U %S %M' -o "$tmp/time" bin/quotemill import "$file" \
        --instrument BTC-USD --interval 1m --json >"$tmp/out" || {
        cat "$tmp/out" >&2
        exit 1
    }
    cpu=$(awk "BEGIN { print $(server_cpu) - $cpu }")
    read -r wall user system kib <"$tmp/time"
    ratio=$(awk "BEGIN { printf \"%.2f\", $copy_s / $wall }")
    printf '%-44s %9.0f rows/s  %5.2f x (bound %s)  import %.1f s, server %.1f s of CPU in %.1f s, %.0f MiB\n' \
        "$words" "$(awk "BEGIN { print $rows / $wall }")" "$ratio" "$bound" \
        "$(awk "BEGIN { print $user + $system }")" "$cpu" "$wall" $((kib / 1024))
}

make -s build/bench/minute_bars
build/bench/minute_bars "$rows" >"$tmp/new.csv"
build/bench/minute_bars "$rows" 10 >"$tmp/tenth.csv"
build/bench/minute_bars "$rows" 1 >"$tmp/all.csv"
sql -c 'CREATE TABLE plain (LIKE bar_coarse INCLUDING ALL)' \
    -c 'ALTER TABLE plain ALTER instrument_id SET DEFAULT 1, ALTER interval_s SET DEFAULT 60, ALTER load_id SET DEFAULT 1'
copy
import 'new bars, whole new months' "$tmp/new.csv" 2.5
import 'the same file again, nothing changes' "$tmp/new.csv" 2.0
import 'over stored bars, a tenth changed' "$tmp/tenth.csv" 1.0
sql -c 'VACUUM bar' # as autovacuum would have by the next load
import 'over stored bars, every one changed' "$tmp/all.csv" 1.0
copy
sql -c 'TRUNCATE bar, bar_history, load CASCADE'
import 'new bars, into months that are there' "$tmp/new.csv" 1.5
