#!/bin/bash
# quotemill instrument: what it answers to people and programs, and its exits.
. "$(dirname "$0")/../lib/tap.sh"
[ -n "${QM_TEST_DB_HOST-}" ] || skip_all 'no test cluster: run through scripts/test-db run'

work=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-instrument.XXXXXX")
database=qm_e2e_$$
trap 'dropdb -h "$QM_TEST_DB_HOST" -U postgres --force "$database"; rm -rf "$work"' EXIT
createdb -h "$QM_TEST_DB_HOST" -U postgres -T qm_template "$database" || bail 'no database'
export QM_VAR=$work QM_DB_WORKER="host=$QM_TEST_DB_HOST dbname=$database user=quotemill_worker"
sql() { psql -XAtq -h "$QM_TEST_DB_HOST" -U postgres -d "$database" -c "$1"; }
# quotemill instrument OPTIONS: output into $work/out, messages into $work/log
instrument() {
    status=0
    "${QM_BIN:-bin}/quotemill" instrument "$@" > "$work/out" 2> "$work/log" || status=$?
}

instrument add XAU-EUR --kind fx --currency EUR --calendar 24x7 --title 'Gold in euro' --interval 1h --min 100 \
    --max 1e4 --listing yahoo:XAUEUR=X
is 'adds one' "$status $(cat "$work/out" "$work/log")" '0 Added XAU-EUR'
instrument list --json
is 'which list --json knows' "$status $(jq -c '.[] | select(.symbol == "XAU-EUR")' "$work/out")" \
    '0 {"symbol":"XAU-EUR","title":"Gold in euro","kind":"fx","currency":"EUR","calendar":"24x7","interval":"1h","interval_s":3600,"active":true,"bars":0,"first":null,"last":null,"listings":["yahoo:XAUEUR=X"]}'
is 'among all' "$(jq length "$work/out")" "$(sql 'SELECT count(*) FROM instrument')"
instrument list
is 'list has a row for each' "$status $(($(wc -l < "$work/out") - 1))" "0 $(sql 'SELECT count(*) FROM instrument')"
instrument add BARE --kind stock --json
is 'add --json answers with the instrument' "$status $(jq -c '[.symbol, .title, .currency, .calendar, .interval]' "$work/out")" \
    '0 ["BARE","BARE","USD","NYSE","1d"]'
is 'changes are audited' "$(sql "SELECT string_agg(action || ' ' || object, ', ' ORDER BY id) FROM audit_log")" \
    'instrument.add instrument:XAU-EUR, instrument.add instrument:BARE'

instrument retire bare
is 'retires one' "$status $(sql "SELECT active FROM instrument WHERE symbol = 'BARE'")" '0 f'
instrument list --json
is 'which is listed no more' "$(jq '[.[] | select(.symbol == "BARE")] | length' "$work/out")" 0
instrument list --all --json
is 'but with --all' "$(jq '.[] | select(.symbol == "BARE") | .active' "$work/out")" false
instrument retire BARE
is 'not twice' "$status" 1
instrument add Bare --kind stock
like 'its symbol stays taken' "$status $(cat "$work/log")" '^1 .*retired'
instrument retire BARE --undo --json
is 'brings it back' "$status $(jq .active "$work/out")" '0 true'

before=$(sql 'SELECT count(*) FROM instrument')
while read -r words wanted; do
    # shellcheck disable=SC2086
    instrument ${words//_/ }
    is "instrument ${words//_/ }: exit $wanted, no output" "$status $(cat "$work/out")" "$wanted "
    ok '... and a word why' test -s "$work/log"
done <<'CASES'
_ 2
show 2
add 2
add_A 2
add_A_--kind_cake 2
add_A_--kind_stock_--currency_usd 2
add_A_--kind_stock_--calendar_MARS 2
add_A_--kind_stock_--interval_2d 2
add_A_--kind_stock_--min_x 2
add_A_--kind_stock_--min_5_--max_5 2
add_A_--kind_stock_--jump_-1 2
add_A_--kind_stock_--listing_nobody:A 2
add_A_--kind_stock_--all 2
add_a!_--kind_stock 2
list_A 2
list_--kind_stock 2
retire 2
retire_BARE_--all 2
retire_NOPE 1
CASES
is 'none of these added anything' "$(sql 'SELECT count(*) FROM instrument')" "$before"
done_testing
