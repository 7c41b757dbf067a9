#!/bin/bash
# Export of minute bars against `psql \copy` of the same rows to CSV, in turn on
# one cluster. Prints the ratio of rows/s (median of the rounds): 1.00 is as
# fast, more is faster; the bound is 1.0. Both write to /dev/null, so what is
# measured is reading, the way through the socket, and making the text; psql's
# text is made by the server. Prices have two decimals, volumes five, as they
# come from an exchange.
#
#   bench/export.sh [ROWS [ROUNDS]]
#
#   export_csv_ratio, export_json_ratio     limit 1.0
#   export_csv_ns, export_json_ns, copy_ns  a row
#   export_peak_kib                         the process's memory at most
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-2000000}
rounds=${2:-5}

tmp=$(mktemp -d)
chmod 711 "$tmp"
trap 'scripts/pg-cluster stop "$tmp/pg"; rm -rf "$tmp"' EXIT
scripts/pg-cluster start "$tmp/pg" "$tmp/run"
scripts/schema deploy "$tmp/run" quotemill >"$tmp/schema.log"
export QM_VAR=$tmp QM_DB_WORKER="host=$tmp/run dbname=quotemill user=quotemill_worker"

sql() {
    psql -XAtq -h "$tmp/run" -U postgres -d quotemill -v ON_ERROR_STOP=1 "$@"
}
median() {
    sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}
# Nanoseconds a row of a command.
ns() {
    local begin end
    begin=$(date +%s%N)
    "$@" >"$tmp/out" 2>&1
    end=$(date +%s%N)
    echo $(((end - begin) / rows))
}

sql -c "INSERT INTO instrument (symbol, title, kind, calendar, interval_s) VALUES ('BENCH', 'bench', 'crypto', '24x7', 60)" \
    -c "SELECT bar_partitions_ensure('2020-01-01Z', '2020-01-01Z'::timestamptz + $rows * interval '1 minute')" \
    -c "INSERT INTO bar
        SELECT i.id, 60, '2020-01-01Z'::timestamptz + n * interval '1 minute', p, p + 12.34, p - 7.5, p + 0.02,
               round((random() * 500)::numeric, 5)::float8, 1
          FROM instrument i, generate_series(0, $rows - 1) n,
               LATERAL (SELECT round((30000 + 20000 * sin(n / 5000.0))::numeric, 2)::float8 AS p) x
         WHERE symbol = 'BENCH'" \
    -c 'VACUUM ANALYZE bar' >"$tmp/out"
id=$(sql -c "SELECT id FROM instrument WHERE symbol = 'BENCH'")
copy="\\copy (SELECT 'BENCH' AS symbol, ts, open, high, low, close, volume FROM bar
              WHERE instrument_id = $id AND interval_s = 60 ORDER BY ts) TO '/dev/null' (FORMAT csv, HEADER)"
copy=${copy//$'\n'/ }
for ((round = 0; round <= rounds; round++)); do
    echo "$(ns sql -c "$copy") $(ns bin/quotemill export BENCH --output /dev/null)" \
        "$(ns bin/quotemill export BENCH --format json --output /dev/null)"
done | tail -n "$rounds" >"$tmp/rounds" # the first one warms the caches
printf 'export_csv_ratio %.2f\n' "$(awk '{ print $1 / $2 }' "$tmp/rounds" | median)"
printf 'export_json_ratio %.2f\n' "$(awk '{ print $1 / $3 }' "$tmp/rounds" | median)"
printf 'export_csv_ns %.0f\n' "$(awk '{ print $2 }' "$tmp/rounds" | median)"
printf 'export_json_ns %.0f\n' "$(awk '{ print $3 }' "$tmp/rounds" | median)"
printf 'copy_ns %.0f\n' "$(awk '{ print $1 }' "$tmp/rounds" | median)"
bin/quotemill export BENCH --output /dev/null &
while [ -e "/proc/$!/status" ]; do
    sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$!/status" 2>>"$tmp/out" >>"$tmp/peak" || true
    sleep 0.05
done
wait
printf 'export_peak_kib %s\n' "$(sort -n "$tmp/peak" | tail -n 1)"
