#!/bin/bash
# fetch.sh: the fetch step of 20 sources with 2,000 daily bars each, every
# answer 50 ms late, against the least that latency, limits and parallelism
# allow.
#
# Each source takes two answers of 1,000 bars from Binance (simulated), one
# after the other; the provider allows 8 at once, so 40 requests take at least
# 5 times the latency. Its rate limit does not bind. The step is measured by
# its own row: planning, asking, archiving, and storing loads and notes, with
# an empty archive each time. The bound counts 50 ms for a request, nothing for
# the simulator's work; latency_ms is what one request really takes.
#
#   fetch_ratio      median of the rounds' step / bound; bound 1.15
#   fetch_step_ms    median
#   fetch_bound_ms   250
#   latency_ms       median of single requests
#
#   PORT (8088), ROUNDS (9)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-9}
export PORT=${PORT:-8088} QM_PROVIDERS=simulator QM_ADMIN_PASSWORD=bench-only-password
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
url="http://127.0.0.1:$PORT/sim/binance/api/v3/klines?symbol=SIM001USDT&interval=1d&startTime=0&limit=1000"
curl -s -o /dev/null "$url" # the simulator reads its faults
latency=$(for _ in $(seq 9); do curl -s -o /dev/null -w '%{time_total}\n' "$url"; done | median)

one_round() {
    as_user rm -rf "$QM_VAR/archive" && as_user mkdir "$QM_VAR/archive"
    local run
    run=$(as_user env QM_VAR="$QM_VAR" QM_NOW="$QM_NOW" bin/quotemill run --json --mode full_refresh \
        --step fetch "${sources[@]}" 2> "$QM_VAR/run.log" | jq -r '.run') || { cat "$QM_VAR/run.log" >&2; return 1; }
    local got
    got=$(query "SELECT count(*) FROM load WHERE run_id = $run AND archive_bytes > 10000")
    [ "$got" = 40 ] || { echo "fetch.sh: $got of 40 answers came" >&2; return 1; }
    query "SELECT extract(epoch FROM finished_at - started_at) * 1000 FROM step WHERE run_id = $run AND kind = 'fetch'"
}
one_round > /dev/null # warm
step=$(for _ in $(seq "$rounds"); do one_round; done | median)
awk -v step="$step" -v latency="$latency" 'BEGIN {
    printf "fetch_ratio %.3f\nfetch_step_ms %.1f\nfetch_bound_ms 250\nlatency_ms %.1f\n", step / 250, step, latency * 1000 }'
