#!/bin/bash
# `quotemill import`: a file is stored whole or not at all, counted exactly,
# and can be undone.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/pipeline.sh

export QM_NOW=2024-06-01T00:00:00Z
pipeline_start
quotemill=${QM_BIN:-bin}/quotemill

# import NAME OPTIONS...: its JSON in $work/NAME.json, its words in NAME.log
import() {
    local name=$1
    shift
    status=0
    "$quotemill" import --json "$@" > "$work/$name.json" 2> "$work/$name.log" || status=$?
}
# counts NAME: rows, new, same, changed, refused
counts() {
    grep -o '"rows":[0-9]*,"new":[0-9]*,"same":[0-9]*,"changed":[0-9]*,"refused":[0-9]*' "$work/$1.json" |
        head -n 1 | tr -cd '0-9,\n'
}
digest() {
    sql "SELECT (SELECT md5(coalesce(string_agg(b::text, ' ' ORDER BY instrument_id, interval_s, ts), '')) FROM bar b),
                (SELECT md5(coalesce(string_agg(h::text, ' ' ORDER BY instrument_id, interval_s, ts, replaced_by), ''))
                   FROM bar_history h)"
}
# minutes FIRST N [PRICE]: rows of minute bars, FIRST minutes after 2024-01-31 22:00
minutes() {
    awk -v first="$1" -v n="$2" -v price="${3:-100}" 'BEGIN {
        for (i = first; i < first + n; i++) {
            t = 1706738400 + i * 60; p = price + i % 7
            print strftime("%Y-%m-%dT%H:%M:%SZ", t, 1) "," p "," p + 1 "," p - 1 "," p "," i
        } }'
}
with_header() {
    echo timestamp,open,high,low,close,volume
    cat
}
btc=(--instrument BTC-USD --interval 1m)

# --- a vendor's file ---------------------------------------------------------
cat > "$work/prices.csv" <<'CSV'
Date,Open,High,Low,Close,Volume
2024-01-02,10,12,9,11,100
2024-01-03,11,13,10,12,110
2024-01-04,12,14,11,13,120
CSV
import open "$work/prices.csv"
is 'a file that does not say whose bars it holds is wrong usage' "$status" 2
like 'and names the option that answers' "$(cat "$work/open.log")" '--instrument'
is 'nothing is stored then' "$(sql 'SELECT count(*) FROM bar')" 0
import dry "$work/prices.csv" --instrument AAPL --dry-run
is 'a dry run counts' "$status $(counts dry)" '0 3,3,0,0,0'
is 'and stores nothing' "$(sql 'SELECT (SELECT count(*) FROM bar) + (SELECT count(*) FROM load) + (SELECT count(*) FROM upload)')" 0
is 'not even an object' "$(find "$work/archive" -type f | wc -l)" 0
import first "$work/prices.csv" --instrument AAPL
is 'the import counts the same' "$status $(counts first)" '0 3,3,0,0,0'
is 'the bars are stored' "$(sql "SELECT string_agg(concat_ws(' ', ts::date, open, high, low, close, volume), ',' ORDER BY ts) FROM bar")" \
    '2024-01-02 10 12 9 11 100,2024-01-03 11 13 10 12 110,2024-01-04 12 14 11 13 120'
is 'the load points at its file' "$(sql "SELECT l.state, l.kind, l.request, u.state, u.name, u.archive_hash = l.archive_hash,
        u.rows_new FROM load l JOIN upload u ON u.id = l.upload_id")" 'stored|upload|prices.csv|stored|prices.csv|t|3'
is 'the archive holds the bytes as they were' "$(find "$work/archive" -name '*.zst' -exec zstd -dcq {} + | md5sum)" \
    "$(md5sum < "$work/prices.csv")"
is 'a run that mills and retrains is queued' "$(sql "SELECT trigger, steps, state FROM run")" 'upload|{process,retrain}|queued'
import again "$work/prices.csv" --instrument AAPL
is 'the same file again changes nothing' "$status $(counts again)" '0 3,0,3,0,0'
like 'and says which load it was' "$(cat "$work/again.json")" '"already":1,'
is 'no second run is queued' "$(sql 'SELECT count(*) FROM run')" 1

# --- history and undo --------------------------------------------------------
empty=$(digest)
sed 's/^2024-01-03,11,13/2024-01-03,11,15/; $a 2024-01-05,13,15,12,14,130' "$work/prices.csv" > "$work/prices2.csv"
import changed "$work/prices2.csv" --instrument AAPL
is 'what differs is changed' "$status $(counts changed)" '0 4,1,2,1,0'
is 'the replaced bar is in history' "$(sql 'SELECT ts::date, high, load_id, replaced_by, believed_from < believed_to FROM bar_history')" \
    '2024-01-03|13|1|3|t'
import refused_undo --undo 1
is 'a load that another built on is not undone' "$status" 1
like 'and names the other' "$(cat "$work/refused_undo.log")" 'load 3 \(prices2.csv\) replaced 1 of its rows'
import undo --undo 3
is 'the later one is' "$status $(cat "$work/undo.json")" '0 {"load": 3, "undone": true, "removed": 1, "restored": 1}'
is 'bars and history are as they were' "$(digest)" "$empty"
is 'what was undone is kept' "$(sql 'SELECT count(*), min(load_id) FROM bar_undone')" '2|3'
import undo1 --undo 1
is 'then the first' "$status $(sql 'SELECT count(*) FROM bar')" '0 0'
import undo2 --undo 1
is 'but once only' "$status $(cat "$work/undo2.log")" '1 quotemill import: load 1 cannot be undone: it was undone before'
import undo3 --undo 99
is 'and what is not there is not' "$status $(cat "$work/undo3.log")" '1 quotemill import: there is no load 99'
is 'the uploads are undone' "$(sql "SELECT string_agg(state, ',' ORDER BY id) FROM upload")" 'undone,stored,undone'
is 'each undo is audited' "$(sql "SELECT count(*) FROM audit_log WHERE action = 'load.undo'")" 2

# --- refused rows ------------------------------------------------------------
cat > "$work/bad.csv" <<'CSV'
Date,Open,High,Low,Close,Volume
2024-01-02,10,12,9,11,100
2024-01-03,11,8,10,12,110
1800-01-04,12,14,11,13,120
2999-01-04,12,14,11,13,120
2024-01-05,-1,14,-2,13,120
2024-01-08,1e400,14,11,13,120
2024-01-09,12,14,11,inf,120
2024-01-10,12,14,11,13,-5
2024-01-11,12,14,11,13,5
2024-01-11,12,14,11,13,5
2024-01-11,12,14,11,12.5,5
2024-01-12,12,14,11
CSV
import bad "$work/bad.csv" --instrument AAPL --refused "$work/mend.csv"
is 'bad rows are refused, the rest is stored' "$status $(counts bad)" '3 12,2,1,0,9'
is 'each with its line and rule' "$(sql "SELECT string_agg(rule, ',' ORDER BY rule) FROM quarantine")" \
    "$(sql "SELECT string_agg(rule, ',' ORDER BY rule) FROM upload_refusal")"
for want in '3|high|8' '4|time|1800-01-04' '5|time|2999-01-04' '6|open|-1' '7|open|1e400' '8|close|inf' '9|volume|-5' \
    '12|close|12.5'; do
    ok "line ${want%%|*} is named with field and value" test -n \
        "$(sql "SELECT 1 FROM upload_refusal WHERE concat_ws('|', line, field, value) LIKE '$want%' AND expected <> ''")"
done
like 'a repeated time names the line of the first' "$(sql 'SELECT expected FROM upload_refusal WHERE line = 12')" 'line 10'
is 'the refused rows are a file of the same kind' "$(head -n 2 "$work/mend.csv")" \
    'Date,Open,High,Low,Close,Volume,refused_line,refused_field,refused_value,refused_rule,refused_expected
2024-01-03,11,8,10,12,110,3,high,8,high_low,12 or more'
is 'a row too short leaves its missing cells empty' "$(grep 2024-01-12 "$work/mend.csv")" \
    '2024-01-12,12,14,11,,,13,row,4 cells where 6 are expected,required,a row'
sed -n '1p; s/^2024-01-03,11,8/2024-01-03,11,18/p' "$work/mend.csv" > "$work/mended.csv"
import mended "$work/mended.csv" --instrument AAPL
is 'mended, they are imported' "$status $(counts mended)" '0 1,1,0,0,0'
printf 'Date,Close\n2024-01-02,-1\n' > "$work/none.csv"
before=$(digest)
import none "$work/none.csv" --instrument AAPL
is 'a file of which every row is refused fails' "$status $(digest)" "1 $before"
like 'with the first reason' "$(cat "$work/none.log")" 'line 2: .* "-1", expected above 0'

# --- minutes, months, order --------------------------------------------------
minutes 0 300 | with_header > "$work/m.csv"
import minutes "$work/m.csv" "${btc[@]}"
is 'minutes go into new months' "$status $(counts minutes)" '0 300,300,0,0,0'
is 'which are parts like any other' "$(sql "SELECT string_agg(concat_ws(' ', inhrelid::regclass,
        (SELECT count(*) FROM pg_index WHERE indrelid = inhrelid AND indisprimary)), ',' ORDER BY 1)
     FROM pg_inherits WHERE inhparent = 'bar_minute'::regclass")" 'bar_minute_2024_01 1,bar_minute_2024_02 1'
is 'without the constraint of their making' "$(sql "SELECT count(*) FROM pg_constraint WHERE conname = 'filling'")" 0
wanted=$(digest)
import undo_minutes --undo "$(sql 'SELECT max(id) FROM load')"
{ minutes 0 300 | tac; } | with_header > "$work/tac.csv"
import tac "$work/tac.csv" "${btc[@]}"
is 'newest first is stored as well' "$status $(counts tac)" '0 300,300,0,0,0'
strip() { sql "SELECT md5(string_agg(concat_ws(',', ts, open, high, low, close, volume), ' ' ORDER BY ts)) FROM bar WHERE interval_s = 60"; }
sorted=$(strip)
import undo_tac --undo "$(sql 'SELECT max(id) FROM load')"
{ minutes 0 20000; minutes 50000 300; minutes 20000 30000; } | with_header | gzip > "$work/late.csv.gz"
import late "$work/late.csv.gz" "${btc[@]}"
is 'rows out of order after many are sorted, too' "$status $(counts late)" '0 50300,50300,0,0,0'
late=$(strip)
import undo_late --undo "$(sql 'SELECT max(id) FROM load')"
minutes 0 50300 | with_header > "$work/inorder.csv"
import inorder - "${btc[@]}" < "$work/inorder.csv"
is 'and are the same as in order' "$status $(strip)" "0 $late"
cat "$work/late.csv.gz" | "$quotemill" import --json - "${btc[@]}" > "$work/pipe.json" 2> "$work/pipe.log"
is 'a packed pipe is read' "$(counts pipe)" 50300,0,50300,0,0
[ "$sorted" != "$late" ] || fail 'the digests see the rows'

# --- what is no file of bars -------------------------------------------------
before=$(digest)
gzip -c "$work/inorder.csv" | head -c 20000 > "$work/cut.csv.gz"
import cut "$work/cut.csv.gz" "${btc[@]}"
is 'a truncated gzip stores nothing' "$status $(digest)" "1 $before"
head -c 3000000 /dev/zero | tr '\0' 'x' > "$work/long.csv"
import long "$work/long.csv" "${btc[@]}"
is 'nor does a line without end' "$([ "$status" -ne 0 ] && digest)" "$before"
: > "$work/empty.csv"
import empty "$work/empty.csv" "${btc[@]}"
is 'nor an empty file' "$([ "$status" -ne 0 ] && digest)" "$before"
import folder "$work" "${btc[@]}"
like 'nor a folder' "$(cat "$work/folder.log")" 'is a folder'
import several "$work/empty.csv" "$work/nowhere.csv" "$work/prices.csv" --instrument AAPL
is 'a file that fails does not stop the next' "$status $(grep -c '"load":[0-9]' "$work/several.json")" '1 1'
import typo "$work/prices.csv" --instrument AAPLE
is 'an instrument that is not there is wrong usage' "$status" 2
import created "$work/prices.csv" --instrument NEWCO --create stock
is 'unless it is to be made' "$status $(counts created)" '0 3,3,0,0,0'

# --- two at once -------------------------------------------------------------
{ minutes 60000 30000; } | with_header > "$work/a.csv"
{ minutes 60000 30000 200; } | with_header > "$work/b.csv"
import months "$work/a.csv" --instrument ETH-USD --interval 1m # so that the months are there
"$quotemill" import --json "$work/a.csv" "${btc[@]}" > "$work/p1.json" 2> "$work/p1.log" &
one=$!
"$quotemill" import --json "$work/b.csv" "${btc[@]}" > "$work/p2.json" 2> "$work/p2.log" &
two=$!
wait $one; s1=$?
wait $two; s2=$?
is 'two imports of one instrument at once both succeed' "$s1 $s2" '0 0'
is 'one after the other' "$( (counts p1; counts p2) | sort)" '30000,0,0,30000,0
30000,30000,0,0,0'
psql -XAtq -h "$QM_TEST_DB_HOST" -U postgres -d "$pipeline_db" > "$work/hold.out" 2>&1 <<SQL &
BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('bar', (SELECT id FROM instrument WHERE symbol = 'BTC-USD')));
SELECT pg_sleep(300);
SQL
holder=$!
for _ in $(seq 100); do
    [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(300)%' AND wait_event = 'PgSleep'")" -gt 0 ] && break
    sleep 0.05
done
import other "$work/b.csv" --instrument ETH-USD --interval 1m
is 'another instrument does not wait' "$status $(counts other)" '0 30000,0,0,30000,0'
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(300)%' AND pid <> pg_backend_pid()" > "$work/kill.out"
wait $holder

# --- what people decided -----------------------------------------------------
cat > "$work/doubts.csv" <<'CSV'
Date,Open,High,Low,Close,Volume
2024-03-04,10,12,9,11,100
2024-03-05,11,13,10,12,110
2024-03-06,50,53,49,52,120
2024-03-07,52,51,50,53,130
CSV
import doubts "$work/doubts.csv" --instrument MSFT
is 'a row is refused, another one doubted' "$(counts doubts)" 4,3,0,0,1
decide() { # VERDICT CONDITION
    sql "SELECT string_agg(DISTINCT outcome, ' ') FROM desk_decide(
             ARRAY(SELECT id FROM quarantine WHERE state = 'open' AND $2), '$1', NULL, 'ann', '', '')"
}
is 'the refused one is accepted' "$(decide accept "ts = '2024-03-07Z' AND severity = 'refuse'")" 'done'
is 'the doubted one rejected' "$(decide reject "ts = '2024-03-06Z' AND severity = 'flag'")" 'done'
echo 2024-03-08,52,54,51,53,140 | cat "$work/doubts.csv" - > "$work/more.csv"
import more "$work/more.csv" --instrument MSFT
is 'the next file with these rows changes neither' "$status $(counts more)" '0 5,1,4,0,0'
is 'what was decided is stored' "$(sql "SELECT string_agg(concat(ts::date, ' ', close), ',' ORDER BY ts) FROM bar
      JOIN instrument i ON i.id = instrument_id WHERE symbol = 'MSFT'")" '2024-03-04 11,2024-03-05 12,2024-03-07 53,2024-03-08 53'
sed 's/^2024-03-06,50/2024-03-06,51/; s/52,51,50,53/52,51.5,50,53/' "$work/more.csv" > "$work/new.csv"
import new "$work/new.csv" --instrument MSFT
is 'other values are judged as ever' "$(counts new)" 5,1,3,0,1
done_testing
