#!/bin/bash
# Parsing alone, no database: minute bars as CSV to times and numbers, against
# `wc -l` of the same file and a plain loop of getline and strtod. Speeds are of
# the processor's time, on one core, medians of the rounds; a file is read from
# the page cache. The bound is 500 MB/s.
#
#   bench/parse.sh [ROWS [ROUNDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-1000000}
rounds=${2:-7}
program=$PWD/build/bench/parse

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

median() {
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
# Milliseconds of user and system time.
wc_ms() {
    local TIMEFORMAT='%3U %3S'
    { time wc -l <"$1" >/dev/null; } 2>&1 | awk '{ print ($1 + $2) * 1000 }'
}
# WORDS, MILLISECONDS, and those of wc and the plain loop
show() {
    awk -v words="$1" -v ms="$2" -v wc="$wc" -v plain="$plain" -v size="$size" 'BEGIN {
        printf "%-28s %7.0f MB/s   %.2f x wc -l   %.2f x getline+strtod\n",
            words, size / 1e3 / ms, wc / ms, plain / ms }'
}

for form in iso ms; do
    file=$tmp/$form.csv
    "$program" make "$file" "$rows" $form >/dev/null
    size=$(stat -c %s "$file")
    for ((round = 0; round < rounds; round++)); do
        wc_ms "$file" >>"$tmp/$form.wc"
        "$program" plain "$file" $form >"$tmp/sum.plain"
        "$program" ours "$file" $form >"$tmp/sum.ours"
        "$program" split "$file" >>"$tmp/$form.split"
        [ "$(cut -d' ' -f2- "$tmp/sum.plain")" = "$(cut -d' ' -f2- "$tmp/sum.ours")" ] || {
            echo "parse.sh: the two loops read different values" >&2
            exit 1
        }
        cut -d' ' -f1 "$tmp/sum.plain" >>"$tmp/$form.plain"
        cut -d' ' -f1 "$tmp/sum.ours" >>"$tmp/$form.ours"
    done
    wc=$(median <"$tmp/$form.wc") plain=$(median <"$tmp/$form.plain")
    ours=$(median <"$tmp/$form.ours")
    split=$(median <"$tmp/$form.split")
    [ "$wc" != 0 ] || wc=1
    echo "$rows rows, $((size / 1000000)) MB, times as $form"
    show "wc -l" "$wc"
    show "getline and strtod" "$plain"
    show "rows and fields only" "$split"
    show "rows, times and numbers" "$ours"
    rm "$file"
done
