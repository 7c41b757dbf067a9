#!/bin/bash
# quotemill alert replay: what a rule would have done over stored bars, as a
# plain reading of the same bars in Python finds it.
. "$(dirname "$0")/../lib/tap.sh"
[ -n "${QM_TEST_DB_HOST-}" ] || skip_all 'no test cluster: run through scripts/test-db run'
[ -x /usr/bin/python3 ] || skip_all 'python3 checks the replay here; it is not there'

work=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-alert.XXXXXX")
database=qm_e2e_$$
trap 'dropdb -h "$QM_TEST_DB_HOST" -U postgres --force "$database"; rm -rf "$work"' EXIT
createdb -h "$QM_TEST_DB_HOST" -U postgres -T qm_template "$database" || bail 'no database'
export QM_VAR=$work QM_ARCHIVE_DIR=$work/archive QM_TEMPLATES_DIR=templates QM_NOW=2026-02-01T00:00:00Z
export QM_DB_WORKER="host=$QM_TEST_DB_HOST dbname=$database user=quotemill_worker"
mkdir "$work/archive"
quotemill=${QM_BIN:-bin}/quotemill

# quotemill alert replay OPTIONS: output into $work/out, messages into $work/log
replay() {
    status=0
    "$quotemill" alert replay "$@" > "$work/out" 2> "$work/log" || status=$?
}

/usr/bin/python3 - "$work/walk.csv" <<'PYTHON'
import datetime, random, sys
random.seed(7)
price, day = 100.0, datetime.date(2023, 1, 1)
with open(sys.argv[1], "w") as f:
    f.write("Date,Open,High,Low,Close,Volume\n")
    for i in range(900):
        opening, price = price, round(price * (1 + random.uniform(-0.04, 0.04)), 2)
        f.write(f"{day},{opening},{max(opening, price)},{min(opening, price)},{price},{random.randint(1, 1000)}\n")
        day += datetime.timedelta(days=4 if i % 97 == 96 else 1)
PYTHON
"$quotemill" instrument add WALK --kind crypto > "$work/out"
"$quotemill" import "$work/walk.csv" --instrument WALK > "$work/out" 2> "$work/log" || bail "$(cat "$work/log")"

# The events of a rule, read from the file: level, change or mean crossed.
wanted() {
    /usr/bin/python3 - "$work/walk.csv" "$@" <<'PYTHON'
import csv, datetime, sys
path, kind, first = sys.argv[1], sys.argv[2], sys.argv[3]
rows = list(csv.DictReader(open(path)))
close = [float(r["Close"]) for r in rows]
at = [datetime.datetime.fromisoformat(r["Date"]) + datetime.timedelta(days=1) for r in rows]
mean = [sum(close[i - 19:i + 1]) / 20 if i >= 19 else None for i in range(len(close))]
active, held, fired, out = False, 0, None, []
for i, c in enumerate(close):
    if rows[i]["Date"] < first:
        continue
    if kind == "level":  # above 105 on 2 bars, clear at 98, a week's cooldown
        met, over = c > 105, c <= 98
        held = held + 1 if met and not active else 0
        ready = held >= 2 and (fired is None or at[i] - fired >= datetime.timedelta(days=7))
    elif kind == "change":
        value = (c / close[i - 3] - 1) * 100 if i >= 3 else None
        ready, over = value is not None and value < -5, value is not None and not value < -5
    else:
        known = i > 0 and mean[i - 1] is not None
        ready = known and close[i - 1] <= mean[i - 1] and c > mean[i]
        over = mean[i] is not None and not c > mean[i]
    if active and over:
        active = False
        out.append(("resolved", at[i]))
    elif not active and ready:
        active, held, fired = True, 0, at[i]
        out.append(("fired", at[i]))
for event, t in out:
    print(event, t.strftime("%Y-%m-%dT%H:%M:%SZ"))
PYTHON
}
events() { jq -r '.events[] | "\(.event) \(.at)"' "$work/out"; }
same() {
    wanted "$1" "$2" > "$work/wanted"
    events > "$work/seen"
    [ -s "$work/seen" ] && diff "$work/wanted" "$work/seen"
}

replay WALK --when 'close above 105' --for 2 --clear 98 --cooldown 7d --json
ok 'a level with its clear level and cooldown' same level 2023-01-01
is 'what fired is counted' "$(jq .fired "$work/out")" "$(grep -c fired "$work/wanted")"
is 'and the bars' "$(jq .bars "$work/out")" 900
replay WALK --when 'change_3 < -5' --json
ok 'a change over three bars' same change 2023-01-01
replay WALK --when 'change_3 < -5' --from 2024-06-01 --json
ok 'the same from the middle on looks back' same change 2024-06-01
replay WALK --when 'close crosses above sma_20' --json
ok 'a mean that is crossed' same cross 2023-01-01
replay WALK --when 'close crosses above sma_20' --from 2024-06-01 --json
ok 'the same from the middle on' same cross 2024-06-01
replay WALK --when 'close above 0' --no-data 2d --json
is 'each silence is told, and its end' "$(jq '[.silences, ([.events[] | select(.event == "data_back")] | length)] | @csv' -r "$work/out")" '9,9'
replay WALK --when 'close above 1000000'
like 'nothing fired, in words' "$(cat "$work/out")" 'fired 0 times in 900 bars from 2023-01-01'
replay WALK --when 'close above 5' --from 2030-01-01
like 'no bars, in words' "$(cat "$work/out")" 'no bars there'

# Bars that nobody has built yet.
"$quotemill" instrument add TICK --kind crypto --interval 1m > "$work/out"
for i in 00 01 02 03 04 05 06 07 08 09; do
    echo "2024-03-01T10:$i:00Z,$((100 - 1$i % 7)),110,90,$((100 + 1$i % 10)),5"
done | sed '1i ts,open,high,low,close,volume' > "$work/minutes.csv"
"$quotemill" import "$work/minutes.csv" --instrument TICK > "$work/out" 2> "$work/log" || bail "$(cat "$work/log")"
replay TICK --interval 5m --when 'close above 105' --json
is 'bars of a longer interval are built first' "$(jq -c '[.bars, .fired, .events[0].at]' "$work/out")" \
    '[2,1,"2024-03-01T10:10:00Z"]'

while IFS='|' read -r options code words; do
    eval "replay $options"
    is "alert replay $options: exit" "$status" "$code"
    like "alert replay $options: words" "$(cat "$work/log")" "$words"
done <<'CASES'
|2|which instrument
WALK|2|which rule
WALK --when close|2|no condition
WALK --when 'close above x'|2|"x" is nothing to compare
WALK --when 'close above 5' --clear 6|2|clear level
WALK --when 'close above 5' --for 0|2|--for 0
WALK --when 'close above 5' --cooldown soon|2|"soon" is no time
WALK --when 'close above 5' --interval 7m|2|7m
NOPE --when 'close above 5'|1|NOPE
CASES

# As it happens.
sql() { psql -XAtq -h "$QM_TEST_DB_HOST" -U postgres -d "$database" -c "$1"; }
watch() { "$quotemill" alert watch --once --json 2> "$work/log"; }
sql "INSERT INTO alert_rule (name, kind, instrument_id, interval_s, left_term, op, right_term)
     SELECT 'live', 'series', id, 86400, 'close', 'above', '105' FROM instrument WHERE symbol = 'WALK'"
is 'a new rule begins with the newest bar' "$(watch | jq -c '[.bars, .retroactive]')" '[1,0]'
is 'and nothing is done twice' "$(watch | jq -c '[.rules > 0, .bars, .fired]')" '[true,0,0]'
is 'rules that nothing was found for are evaluated, too' \
    "$(sql "SELECT count(*) FROM alert_rule r WHERE enabled AND NOT EXISTS (SELECT FROM alert_state s WHERE s.rule_id = r.id)")" 0
# The worker's own watch: it is started again when it dies, and dies with it.
"$quotemill" work 2> "$work/work.log" &
worker=$!
soon() { # COMMAND...: within ten seconds
    local i
    for ((i = 0; i < 200; i++)); do
        "$@" > "$work/soon" && return
        sleep 0.05
    done
    return 1
}
child() { pgrep -P "$worker" -f 'quotemill alert watch'; }
soon child
first=$(child)
ok 'work starts the watch' [ -n "$first" ]
kill -9 "$first"
another() { [ -n "$(child)" ] && [ "$(child)" != "$first" ]; }
ok 'and starts it again' soon another
second=$(child)
sql "INSERT INTO bar SELECT instrument_id, b.interval_s, '2026-01-30Z', 200, 200, 200, 200, 1, load_id
       FROM bar b JOIN instrument i ON i.id = instrument_id WHERE symbol = 'WALK' LIMIT 1;
     INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts)
     SELECT id, 86400, '2026-01-30Z', '2026-01-30Z' FROM instrument WHERE symbol = 'WALK'"
seen() { [ "$(sql "SELECT kind || ' ' || retroactive FROM alert_event WHERE rule_name = 'live'")" = 'fired false' ]; }
ok 'a bar is heard of' soon seen
kill -9 "$worker"
wait "$worker" 2> "$work/out"
gone() { ! kill -0 "$second" 2> "$work/out"; }
ok 'the watch dies with the worker, however that dies' soon gone
sql "DELETE FROM alert_rule WHERE name = 'live'"

# The stored rules.
export QM_DB_CONSOLE="host=$QM_TEST_DB_HOST dbname=$database user=quotemill_console"
rules() {
    status=0
    "$quotemill" alert "$@" > "$work/out" 2> "$work/log" || status=$?
}
rules list --json
seeded=$(jq length "$work/out")
ok 'an installation begins with rules' [ "$seeded" -ge 5 ]
is 'which are its own' "$(jq -c '[.[].owner] | unique' "$work/out")" '[null]'
rules list
like 'in words' "$(cat "$work/out")" 'A disk is nearly full: below 10 percent'
"$quotemill" user add ann --role operator > "$work/password"
cat > "$work/rules.json" <<'JSON'
{"alerts": [
  {"name": "Walk is high", "symbol": "walk", "when": "close > 105", "clear": 98, "cooldown_s": "7d"},
  {"name": "A disk is nearly full", "condition": "disk_low", "threshold": 20}
]}
JSON
rules import "$work/rules.json" --json
is 'rules are taken in but for names that are there' "$(cat "$work/out")" '{"added":1,"replaced":0,"skipped":1}'
rules import - --replace < "$work/rules.json"
is 'or in their place' "$(cat "$work/out")" '0 added, 2 replaced, 0 skipped'
rules import "$work/rules.json" --owner ANN
is "or as somebody's own" "$(cat "$work/out")" '2 added, 0 replaced, 0 skipped'
rules list --owner ann --instrument WALK --json
is 'and are listed as theirs' "$(jq -r '.[] | "\(.owner) \(.words)"' "$work/out")" \
    'ann WALK, 1d: close above 105, until at or below 98; at most once in 7 d'
rules list --phase off --json
is 'none is off' "$(jq length "$work/out")" 0
rules export --owner ann
cp "$work/out" "$work/exported.json"
is 'export writes them' "$(jq -c '[.alerts[].threshold]' "$work/exported.json")" '[null,20]'
rules import "$work/exported.json" --owner ann --replace --json
is 'and import takes that' "$(jq .replaced "$work/out")" 2
echo '[{"name": "x", "symbol": "WALK", "when": "close"}]' > "$work/bad.json"
while IFS='|' read -r options code words; do
    eval "rules $options"
    is "alert $options: exit" "$status" "$code"
    like "alert $options: words" "$(cat "$work/log")" "$words"
done <<CASES
|2|what to do
lists|2|what to do
list WALK|2|take no file
list --phase red|2|choose active
import|2|which file
import $work/nowhere|1|No such file
import $work/walk.csv|1|JSON
import $work/bad.json|1|alerts\[0\].when
import $work/rules.json --owner nobody|1|no user
CASES
done_testing
