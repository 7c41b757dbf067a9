#!/bin/bash
# Storing bars against `psql \copy` of the same rows as CSV into a table of the
# same shape and key, in one run on one durable cluster. Prints the ratio of
# rows/s (median of the rounds): 1.00 is as fast, more is faster. The bound is
# 1.0 but for the last case: there each row is written twice, to bar and to
# bar_history, and the old one taken out, where \copy writes it once.
#
#   bench/store.sh [ROWS [ROUNDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-200000}
rounds=${2:-5}
program=$PWD/build/bench/store

tmp=$(mktemp -d)
chmod 711 "$tmp"
trap 'scripts/pg-cluster stop "$tmp/pg"; rm -rf "$tmp"' EXIT
scripts/pg-cluster start "$tmp/pg" "$tmp/run"
scripts/schema deploy "$tmp/run" quotemill

sql() {
    psql -XAtq -h "$tmp/run" -U postgres -d quotemill -v ON_ERROR_STOP=1 "$@"
}
store() {
    "$program" "$1" "host=$tmp/run dbname=quotemill user=quotemill_worker" "$rows"
}
# rows/s of "MILLISECONDS ROWS ..."
speed() {
    awk '{ printf "%.0f\n", $2 / $1 * 1000 }'
}
copy_speed() {
    printf '%s\n' '\timing on' "\\copy plain from '$tmp/rows.csv' csv" |
        sql | awk -v n="$rows" '/^Time:/ { print $2, n }' | speed
}
median() {
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

"$program" csv "$tmp/rows.csv" "$rows"
sql -c 'CREATE TABLE plain (LIKE bar_coarse INCLUDING ALL)'
for ((round = 0; round < rounds; round++)); do
    sql -c 'TRUNCATE plain, bar, bar_history' -c CHECKPOINT
    copy_speed >>"$tmp/copy"
    store fresh | speed >>"$tmp/fresh"
    store again | speed >>"$tmp/again"
    store some | speed >>"$tmp/some"
    sql -c 'VACUUM bar' # as autovacuum would have by the next load
    store all | speed >>"$tmp/all"
done

base=$(median <"$tmp/copy")
printf '%-44s %9d rows/s\n' "psql \\copy" "$base"
for case in fresh again some all; do
    case $case in
    fresh) words="bar_store, nothing stored yet" ;;
    again) words="bar_store, the same rows again" ;;
    some) words="bar_store, 80 % same, 10 % changed, 10 % new" ;;
    all) words="bar_store, each row changed, with history" ;;
    esac
    got=$(median <"$tmp/$case")
    printf '%-44s %9d rows/s  %5.2f x\n' "$words" "$got" \
        "$(awk "BEGIN { print $got / $base }")"
done
