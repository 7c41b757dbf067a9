#!/bin/bash
# Alerts as they happen, on one durable cluster: rules over instruments that get
# a new minute bar each, every other rule on what is computed of bars. Prints the
# time that one evaluation takes and what worker and server used of the CPU,
# with the bound of design.md, section 13; and how long it takes from the commit of
# a bar to the arrival of its message at a webhook.
#
#   bench/alert_live.sh [INSTRUMENTS [RULES OF EACH]]
set -euo pipefail
cd "$(dirname "$0")/.."
instruments=${1:-1000}
rules=${2:-10}
bars=770 # half a grid of saved states is read, as on average

tmp=$(mktemp -d)
chmod 711 "$tmp"
trap 'scripts/pg-cluster stop "$tmp/pg"; rm -rf "$tmp"' EXIT
scripts/pg-cluster start "$tmp/pg" "$tmp/run" 2>"$tmp/log"
scripts/schema deploy "$tmp/run" quotemill >>"$tmp/log" 2>&1
export QM_VAR=$tmp QM_DB_WORKER="host=$tmp/run dbname=quotemill user=quotemill_worker"
export QM_ARCHIVE_DIR=$tmp/archive QM_LOG_LEVEL=4 QM_TEMPLATES_DIR=$PWD/templates
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
# Bars $1 to $2 of all instruments, from midnight (UTC) of 2024-01-08 on.
bring() {
    sql -c "INSERT INTO bar SELECT i.id, 60, timestamptz '2024-01-08Z' + n * interval '1 minute', c, c + 1, c - 1,
                   c + sin(n + i.id), 10 + (n + i.id) % 7, 1
              FROM instrument i, generate_series($1, $2) AS n,
                   LATERAL (SELECT 100 + 10 * sin((n + i.id) / 50.0) AS c) AS x
             WHERE i.symbol LIKE 'BENCH%';
            INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts)
            SELECT id, 60, timestamptz '2024-01-08Z' + $1 * interval '1 minute',
                   timestamptz '2024-01-08Z' + $2 * interval '1 minute'
              FROM instrument WHERE symbol LIKE 'BENCH%'"
    QM_NOW=$(date -u -d "2024-01-08 00:00 UTC + $(($2 + 1)) minutes" +%Y-%m-%dT%H:%M:%SZ)
    export QM_NOW
}
watch() {
    local cpu
    cpu=$(server_cpu)
    /usr/bin/time -f '%e %U %S %M' -o "$tmp/time" bin/quotemill alert watch --once --json >"$tmp/out"
    cpu=$(awk "BEGIN { print $(server_cpu) - $cpu }")
    read -r wall user system kib <"$tmp/time"
    used=$(awk "BEGIN { print $user + $system + $cpu }")
}

sql -c "SELECT bar_partitions_ensure('2024-01-01Z', '2024-01-31Z')" >/dev/null
sql -c "INSERT INTO instrument (symbol, title, kind, currency, calendar, interval_s)
        SELECT 'BENCH' || n, 'Bench', 'crypto', 'USD', '24x7', 60 FROM generate_series(1, $instruments) AS n"
bring 0 $bars
bin/quotemill run --step process --json >"$tmp/out"
sql -c "INSERT INTO alert_rule (name, kind, instrument_id, interval_s, left_term, op, right_term)
        SELECT 'rule ' || n, 'series', i.id, 60, l, o, r
          FROM instrument i, generate_series(1, $rules) AS n,
               LATERAL (SELECT (ARRAY['close', 'rsi_14', 'change_5', 'sma_20', 'volume_spike_20', 'macd', 'high',
                                      'ema_12', 'close', 'close'])[n % 10 + 1] AS l,
                               (ARRAY['above', 'above', 'below', 'crosses_above', 'above', 'crosses_above', 'above',
                                      'below', 'crosses_below', 'below'])[n % 10 + 1] AS o,
                               (ARRAY['108', '70', '-3', 'sma_50', '1.6', 'macd_signal', '109', 'ema_26', 'bb_lower',
                                      '92'])[n % 10 + 1] AS r) AS x
         WHERE i.symbol LIKE 'BENCH%'" -c 'VACUUM ANALYZE' -c CHECKPOINT
watch
for n in 1 2 3; do
    bring $((bars + n)) $((bars + n))
    watch
    printf '%s rules over %s instruments, a new bar each: %s s, %s s of CPU (bound 1 s), %s MiB, %s events\n' \
        "$(jq .rules "$tmp/out")" "$instruments" "$wall" "$used" "$((kib / 1024))" \
        "$(jq '.fired + .resolved' "$tmp/out")"
done

# All these rules are there, and those that fired are open incidents.
bar=$((bars + 4))
QM_NOW=$(date -u -d "2024-01-08 00:00 UTC + $((bar + 1)) minutes" +%Y-%m-%dT%H:%M:%SZ)
arrivals=$((instruments < 200 ? instruments : 200))
read -r n p50 p99 max < <(bench/alert_arrival.py "$tmp/run" \
    "$(date -u -d "2024-01-08 00:00 UTC + $bar minutes" +%s)" "$arrivals")
printf 'commit of a bar to the webhook, %s bars one by one: p50 %s ms, p99 %s ms, at most %s ms (bound 2 s)\n' \
    "$n" "$p50" "$p99" "$max"
[ "$p99" -le 2000 ]
