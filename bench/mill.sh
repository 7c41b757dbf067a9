#!/bin/bash
# The process step's milling, end to end: bars are read, indicators and features
# computed, everything stored, on one durable cluster. Prints bars/s of minute
# bars (all intervals built of them) and of 1h bars (a row of indicators and one
# of features stored for each), of one instrument and of two at once; the bound
# is that of design.md, section 13. Then the CPU time that the worker and the
# server took, the most memory, and how long one more day takes.
#
#   bench/mill.sh [MINUTE_BARS [HOUR_BARS]]
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-1000000}
hours=${2:-200000}

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
# Instruments $1 to $2 get $3 bars of $4 seconds, the newest of them today.
bars() {
    sql -c "SELECT bar_partitions_ensure(now() - $3 * interval '$4 s' - interval '1 day', now())" >/dev/null
    sql -c "INSERT INTO bar SELECT k, $4, t, c, c + 1, c - 1, c + sin(n), 10 + n % 7, 1
              FROM generate_series($1, $2) AS k, generate_series(1, $3) AS n,
                   LATERAL (SELECT date_bin('$4 s', now(), 'epoch') - ($3 - n) * interval '$4 s' AS t,
                                   100 + 10 * sin(n / 500.0) + (n % 100 * 7919 % 100) / 100.0 AS c) AS x" \
        -c "INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts)
            SELECT instrument_id, interval_s, min(ts), max(ts) FROM bar
             WHERE instrument_id BETWEEN $1 AND $2 AND interval_s = $4 GROUP BY 1, 2" \
        -c 'VACUUM ANALYZE bar' -c CHECKPOINT
}
# Words, bars, the least bars/s.
mill() {
    local cpu
    cpu=$(server_cpu)
    /usr/bin/time -f '%e %U %S %M' -o "$tmp/time" bin/quotemill run --step process --json >"$tmp/out" || {
        cat "$tmp/out" >&2
        exit 1
    }
    cpu=$(awk "BEGIN { print $(server_cpu) - $cpu }")
    read -r wall user system kib <"$tmp/time"
    printf '%-44s %9.0f bars/s  (bound %s)  worker %.1f s, server %.1f s of CPU in %.1f s, %.0f MiB\n' \
        "$1" "$(awk "BEGIN { print $2 / $wall }")" "$3" "$(awk "BEGIN { print $user + $system }")" "$cpu" "$wall" \
        $((kib / 1024))
    [ "$(sql -c 'SELECT count(*) FROM bar_dirty')" = 0 ]
}

sql -c "INSERT INTO load (instrument_id, interval_s, kind, request, state, stored_at)
        VALUES (1, 60, 'upload', 'bench', 'stored', now())"
bars 1 1 "$minutes" 60
mill "minute bars, all intervals" "$minutes" 200000
bars 2 2 "$hours" 3600
mill "1h bars, every row stored" "$hours" 200000
bars 3 4 "$hours" 3600
mill "1h bars of two instruments" $((2 * hours)) 200000
sql -c "UPDATE bar SET close = close + 0.1
         WHERE instrument_id = 1 AND interval_s = 60 AND ts >= now() - interval '1 day'" \
    -c "INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts)
        VALUES (1, 60, date_bin('1 min', now(), 'epoch') - interval '1 day', now())"
mill "the last day of minutes again" 1440 -
