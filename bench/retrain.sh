#!/bin/bash
# Retraining against the binary COPY of the same rows to nowhere, in one run on
# one cluster; medians of the rounds. 1.00 is as fast, less is faster.
#
#   many    inputs that are closes of as many instruments
#   wide    inputs that are features of one instrument
#   a day   retraining after one more day on all these rows, against the same
#           on a history of 2,000 rows (the kept factor is taken over)
#
# Two COPYs: of the rows from where they are stored (a join by time), and of a
# plain table that holds just these rows. First the rows/s of the QR alone.
#
#   bench/retrain.sh [ROWS [INPUTS [ROUNDS]]]      INPUTS: up to 26
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-1000000}
inputs=${2:-20}
rounds=${3:-3}

build/bench/qr
tmp=$(mktemp -d)
chmod 711 "$tmp"
trap 'scripts/pg-cluster stop "$tmp/pg"; rm -rf "$tmp"' EXIT
scripts/pg-cluster start "$tmp/pg" "$tmp/run" --fast
scripts/schema deploy "$tmp/run" quotemill
export QM_VAR=$tmp QM_DB_WORKER="host=$tmp/run dbname=quotemill user=quotemill_worker"
export QM_NOW=2026-01-01T00:00:00Z QM_ARCHIVE_DIR=$tmp QM_LOG_LEVEL=3

sql() {
    psql -XAtq -h "$tmp/run" -U postgres -d quotemill -v ON_ERROR_STOP=1 "$@"
}
median() {
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
# The time of a command, in ms, into a file.
timed() {
    local file=$1 began
    shift
    began=$(date +%s%N)
    "$@"
    echo $((($(date +%s%N) - began) / 1000000)) >>"$file"
}
copy_plain() { sql -c "COPY rows_plain TO STDOUT (FORMAT binary)" >/dev/null; }
copy_stored() { # NAME
    local select='' from='' n
    if [ "$1" = many ]; then
        for ((n = 1; n <= inputs; n++)); do
            select+="b$n.close, "
            from+=" JOIN bar b$n ON b$n.ts = t.ts AND b$n.interval_s = 3600 AND b$n.instrument_id = $(id "many-$n")"
        done
    else
        select="$columns, "
        from=" JOIN feature f ON f.ts = t.ts AND f.interval_s = 3600 AND f.instrument_id = $(id "$1-1")"
    fi
    sql -c "SET join_collapse_limit = 1" -c "COPY (SELECT t.ts, $select t.close FROM bar t $from
        WHERE t.instrument_id = $(id "$1-0") AND t.interval_s = 3600) TO STDOUT (FORMAT binary)" >/dev/null
}
id() { sql -c "SELECT id FROM instrument WHERE symbol = '$1'"; }
retrain() {
    /usr/bin/time -f %M -o "$tmp/memory" bin/quotemill retrain >"$tmp/said"
}
# Bars of the past were corrected: everything is read again.
touch_past() { sql -c "INSERT INTO model_touch (instrument_id, interval_s, from_ts) SELECT target_id, 3600, '1900-01-01Z' FROM model WHERE name = '$1'"; }
only() { sql -c "UPDATE model SET enabled = (name = '$1')"; }
versions() { sql -c "SELECT count(*) FROM model_version"; }
fitted() {
    [ "$(versions)" -gt "$1" ] || { echo "retrain.sh: nothing was fitted" >&2; cat "$tmp/said" >&2; exit 1; }
}

# bench_rows(h) of an hour, for both shapes; model NAME on PREFIX's instruments
columns=$(sql -c "SELECT string_agg(attname, ', ') FROM (SELECT attname FROM pg_attribute
    WHERE attrelid = 'feature'::regclass AND attnum > 4 ORDER BY attnum LIMIT $inputs) a")
value() { echo "100 + 50 * sin(h * sqrt($1)) + h * 0.001 * (($1)::int % 7)"; }
target='h * 0.01 + 50 * sin(h::float8)'
hour="'1900-01-01Z'::timestamptz + h * interval '1 hour'"
add_many() { # PREFIX FROM TO
    sql -c "INSERT INTO bar_coarse (instrument_id, interval_s, ts, open, high, low, close, load_id)
        SELECT i.id, 3600, $hour, 1, 1, 1,
               CASE WHEN i.symbol LIKE '%-0' THEN $target ELSE $(value i.id) END, 1
          FROM instrument i, generate_series($2, $3) h WHERE i.symbol LIKE '$1-%'"
}
add_wide() { # PREFIX FROM TO
    sql -c "INSERT INTO bar_coarse (instrument_id, interval_s, ts, open, high, low, close, load_id)
        SELECT i.id, 3600, $hour, 1, 1, 1, $target, 1
          FROM instrument i, generate_series($2, $3) h WHERE i.symbol = '$1-0'"
    local values=
    for ((n = 1; n <= inputs; n++)); do values+=", $(value $n)"; done
    sql -c "INSERT INTO feature (instrument_id, interval_s, ts, version, $columns)
        SELECT i.id, 3600, $hour, 1$values
          FROM instrument i, generate_series($2, $3) h WHERE i.symbol = '$1-1'"
}
define() { # PREFIX WIDE
    sql <<SQL
INSERT INTO instrument (symbol, title, kind, calendar, interval_s)
SELECT '$1-' || n, 'bench', 'index', '24x7', 3600 FROM generate_series(0, $inputs) n;
INSERT INTO model (name, title, target_id, interval_s, min_r2, enabled)
SELECT '$1', 'bench', id, 3600, 0, false FROM instrument WHERE symbol = '$1-0';
INSERT INTO model_input (model_id, position, name, instrument_id, field)
SELECT m.id, n, 'x' || n, i.id, CASE WHEN $2 THEN (string_to_array('$columns', ', '))[n] ELSE 'close' END
  FROM model m, generate_series(1, $inputs) n,
       LATERAL (SELECT id FROM instrument WHERE symbol = '$1-' || CASE WHEN $2 THEN 1 ELSE n END) i
 WHERE m.name = '$1';
SQL
}
# The rows as a table of their own.
plain_table() { # NAME SHAPE
    local values=
    for ((n = 1; n <= inputs; n++)); do values+=", $(value $n) AS x$n"; done
    sql -c "CREATE TABLE rows_$1 AS SELECT $hour AS ts$values, $target AS y FROM generate_series(0, $rows - 1) h"
    sql -c "VACUUM ANALYZE rows_$1"
}

full() { # NAME
    local stored plain got
    only "$1"
    rm -f "$tmp/stored" "$tmp/plain" "$tmp/retrain"
    for ((round = 0; round < rounds; round++)); do
        local before
        before=$(versions)
        sql -c "UPDATE bar_coarse SET close = close + 1 WHERE ts = '1900-01-01Z' AND instrument_id = (SELECT target_id FROM model WHERE name = '$1')"
        touch_past "$1"
        timed "$tmp/stored" copy_stored "$1"
        timed "$tmp/plain" copy_plain
        timed "$tmp/retrain" retrain
        fitted "$before"
    done
    stored=$(median <"$tmp/stored") plain=$(median <"$tmp/plain") got=$(median <"$tmp/retrain")
    awk -v n="$1" -v r="$rows" -v i="$inputs" -v s="$stored" -v p="$plain" -v g="$got" -v m="$(cat "$tmp/memory")" 'BEGIN {
        printf "%-5s %d rows x %d inputs: retrain %d ms, %d MiB\n", n, r, i, g, m / 1024
        printf "      COPY to nowhere %6d ms  %5.2f x\n", s, g / s
        printf "      of a plain table %5d ms  %5.2f x\n", p, g / p
    }'
}

# One more day, a few times over, from a history's hour on.
more_days() { # NAME ADD HOUR -> ms
    local at=$3 before
    only "$1"
    retrain
    rm -f "$tmp/day"
    for ((round = 0; round < rounds + 2; round++)); do
        "$2" "$1" "$at" "$((at + 23))"
        at=$((at + 24))
        before=$(versions)
        timed "$tmp/day" retrain
        fitted "$before"
    done
    median <"$tmp/day"
}

sql -c 'UPDATE model SET enabled = false'
plain_table plain
define many false
define wide true
define short true
add_many many 0 $((rows - 1))
add_wide wide 0 $((rows - 1))
add_wide short 0 1999
sql -c 'VACUUM ANALYZE bar'
sql -c 'VACUUM ANALYZE feature'
full wide
full many
short=$(more_days short add_wide 2000)
long=$(more_days wide add_wide "$rows")
printf 'a day more on %d rows %d ms, on 2000 rows %d ms  %5.2f x\n' "$rows" "$long" "$short" \
    "$(awk "BEGIN { print $long / $short }")"
