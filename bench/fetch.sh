#!/bin/bash
# fetch.sh: the fetch step of 20 sources with 2,000 daily bars each, every
# answer 50 ms late, against the least that latency, limits and parallelism
# allow.
#
# Each source takes two answers of 1,000 bars from Binance (simulated), one
# after the other, and the provider allows 8 requests at once; its rate limit
# does not bind. The bound is what a bare client (curl, 8 transfers at once,
# bodies thrown away) needs for the same 40 requests: that holds latency,
# parallelism and the simulator's own work, on this machine, at this moment.
# Step and bound are measured in turn and the median of the rounds' ratios is
# printed. The step is measured by its own row, so it holds planning, tokens,
# parsing, the archive (empty each time), and what is stored of loads and
# sources.
#
#   fetch_ratio      step / bound; limit 1.15
#   fetch_step_ms, fetch_bound_ms   medians
#   fetch_ideal_ms   250: 5 waves of 50 ms, if answers took no time to make
#
#   PORT (a free one), ROUNDS (9)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-9}
export PORT=${PORT:-$(scripts/free-port)} QM_PROVIDERS=simulator QM_ADMIN_PASSWORD=bench-only-password
export QM_NOW=2026-02-01T12:00:00Z # generated bars begin 2,000 days before
QM_VAR=$(mktemp -d /tmp/qm-bench.XXXXXX)
export QM_VAR
finish() {
    scripts/down >/dev/null 2>&1 || true
    rm -rf "$QM_VAR"
}
trap finish EXIT
chmod 755 "$QM_VAR"
scripts/up >/dev/null
. scripts/lib.sh
query() {
    as_user psql -XAtq -h "$QM_VAR/run" -U postgres -d quotemill -c "$1"
}
median() {
    sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

query "INSERT INTO instrument (symbol, title, kind, calendar)
       SELECT 'SIM' || to_char(n, 'FM000'), 'bench', 'crypto', '24x7' FROM generate_series(1, 20) n;
       INSERT INTO listing (instrument_id, provider, provider_symbol)
       SELECT id, 'binance', symbol || 'USDT' FROM instrument WHERE title = 'bench'" >/dev/null
sources=()
for n in $(seq -f 'SIM%03g' 20); do sources+=(--instrument "$n"); done
mkdir -p "$QM_VAR/simulator"
echo '* * latency 50' > "$QM_VAR/simulator/faults"
for from in 0 1683504000000; do # the second page begins on day 1,000
    for n in $(seq -f '%03g' 20); do
        echo "url=\"http://127.0.0.1:$PORT/sim/binance/api/v3/klines?symbol=SIM${n}USDT&interval=1d&limit=1000&startTime=$from&endTime=1769947200000\""
        echo 'output="/dev/null"'
    done
done > "$QM_VAR/requests"

bound_ms() {
    local begin end
    begin=$(date +%s%N)
    curl -s --parallel --parallel-max 8 --parallel-immediate -H "X-Quotemill-Now: $QM_NOW" -K "$QM_VAR/requests" 2>/dev/null
    end=$(date +%s%N)
    echo $(((end - begin) / 1000000))
}
step_ms() {
    local run got
    as_user rm -rf "$QM_VAR/archive"
    as_user mkdir "$QM_VAR/archive"
    query 'DELETE FROM rate_bucket' > /dev/null # rounds must not limit each other
    run=$(as_user env QM_VAR="$QM_VAR" QM_NOW="$QM_NOW" bin/quotemill run --json --mode full_refresh \
        --step fetch "${sources[@]}" 2> "$QM_VAR/run.log" | jq -r '.run') || { cat "$QM_VAR/run.log" >&2; return 1; }
    got=$(query "SELECT count(*) FROM load WHERE run_id = $run AND archive_bytes > 10000")
    [ "$got" = 40 ] || { echo "fetch.sh: $got of 40 answers came" >&2; return 1; }
    query "SELECT round(extract(epoch FROM finished_at - started_at) * 1000) FROM step
            WHERE run_id = $run AND kind = 'fetch'"
}
bound_ms > /dev/null
step_ms > /dev/null
for _ in $(seq "$rounds"); do
    echo "$(step_ms) $(bound_ms)"
done > "$QM_VAR/rounds"
printf 'fetch_ratio %.3f\n' "$(awk '{ print $1 / $2 }' "$QM_VAR/rounds" | median)"
printf 'fetch_step_ms %.0f\n' "$(cut -d' ' -f1 "$QM_VAR/rounds" | median)"
printf 'fetch_bound_ms %.0f\n' "$(cut -d' ' -f2 "$QM_VAR/rounds" | median)"
echo 'fetch_ideal_ms 250'
