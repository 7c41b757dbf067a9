#!/bin/bash
# What is no file of bars, or only nearly: nothing of it is stored, the words
# say what it is or which line is wrong, and memory stays small.
# shellcheck disable=SC2016
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/pipeline.sh

export QM_NOW=2024-06-01T00:00:00Z
pipeline_start
quotemill=${QM_BIN:-bin}/quotemill
btc=(--instrument BTC-USD --interval 1m)
stored() {
    sql 'SELECT (SELECT count(*) FROM bar) + (SELECT count(*) FROM load) + (SELECT count(*) FROM quarantine)'
}
# refused WORDS PATTERN FILE...: fails, stores nothing, says PATTERN
refused() {
    local words=$1 pattern=$2
    shift 2
    status=0
    "$quotemill" import "$@" "${btc[@]}" > "$work/out" 2> "$work/log" || status=$?
    is "$words: refused, nothing is stored" "$((status == 1 || status == 2)) $(stored)" '1 0'
    like 'in words' "$(cat "$work/log")" "$pattern"
}

# --- no table at all ---------------------------------------------------------
printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR' > "$work/a.csv"
refused 'a picture' 'PNG' "$work/a.csv"
printf '%%PDF-1.7\n1 0 obj\n' > "$work/a.csv"
refused 'a PDF' 'PDF' "$work/a.csv"
printf '<!DOCTYPE html>\n<html><body>Too many requests</body></html>\n' > "$work/a.csv"
refused 'a page' 'web page' "$work/a.csv"
printf 'PK\x03\x04\x14\0\0\0\x08\0xl/workbook.xml' > "$work/a.csv"
refused 'a workbook' '(Excel|zip|ZIP)' "$work/a.csv"
printf '\xff\xfed\0a\0t\0e\0,\0' > "$work/a.csv"
refused 'UTF-16' 'UTF-16' "$work/a.csv"
head -c 100000 /dev/zero > "$work/a.csv"
refused 'zeros' '(zero|binary|NUL)' "$work/a.csv"
: > "$work/a.csv"
refused 'an empty file' 'empty' "$work/a.csv"
echo 'time,open,high,low,close' > "$work/a.csv"
refused 'a header alone' '(no row|header)' "$work/a.csv"
printf 'name,age\nann,31\nbob,42\n' > "$work/a.csv"
refused 'another table' 'time' "$work/a.csv"

# --- a table that cannot be read to its end ------------------------------------
good='2024-03-04T00:00:00Z,1,2,0.5,1.5
2024-03-04T00:01:00Z,1,2,0.5,1.5'
printf 'time,open,high,low,close\n%s\n"2024-03-04T00:02:00Z,1,2,0.5,1.5\n' "$good" > "$work/a.csv"
refused 'a quote that never ends' 'line 4' "$work/a.csv"
{
    printf 'time,open,high,low,close\n%s\n' "$good"
    awk 'BEGIN { for (i = 0; i < 1000000; i++) printf "1,"; print 1 }'
} > "$work/a.csv"
refused 'a million columns' 'line 4' "$work/a.csv"
{
    printf 'time,open,high,low,close\n%s\n' "$good"
    head -c 2000000 /dev/zero | tr '\0' 7
} > "$work/a.csv"
refused 'a line of 2 MB' 'line 4' "$work/a.csv"
{
    printf 'time,open,high,low,close\n%s\n' "$good"
    head -c 1073741824 /dev/zero | tr '\0' 7
} > "$work/a.csv"
refused 'a line of 1 GB' 'line 4' - < "$work/a.csv"
{
    printf 'time,open,high,low,close\n%s\n' "$good"
    yes '2024-03-04T00:02:00Z,1,2,0.5,1.5' | head -c 100000000
} | gzip -1 > "$work/a.csv.gz"
status=0
/usr/bin/python3 - "$quotemill" import "$work/a.csv.gz" "${btc[@]}" --dry-run > "$work/peak" 2> "$work/log" <<'PY' || status=$?
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
PY
is 'three million rows of one time are read' "$status" 3
ok 'and need little memory' test "$(cat "$work/peak")" -lt 65536
head -c 2000000000 /dev/zero | gzip -9 > "$work/bomb.csv.gz"
refused 'a bomb' '(more than|times|zero|binary|NUL)' "$work/bomb.csv.gz"
rm -f "$work"/a.csv* "$work/bomb.csv.gz"

# --- a table with some bad rows: those are refused, the others stored ----------
counts() {
    "$quotemill" import --json "$@" 2> "$work/log" |
        jq -c '[.rows, .new, .same, .changed, .refused, [.refusals[] | "\(.line) \(.field)"]]'
}
cat > "$work/mixed.csv" <<'CSV'
time,open,high,low,close
2024-03-04T00:00:00Z,1,2,0.5,1.5
2024-03-04T00:01:00Z;1;2;0.5;1.5
2024-03-04T00:02:00Z,1,2,0.5,1.5,9
2024-03-04T00:03:00Z,1,2
2024-03-04T00:04:00Z,1,2,0.5,1.5
CSV
is 'rows of another width or delimiter are refused by their line' "$(counts "$work/mixed.csv" "${btc[@]}")" \
    '[5,2,0,0,3,["3 row","4 row","5 row"]]'
cat > "$work/clock.csv" <<'CSV'
time,open,high,low,close
2024-03-31 01:59,1,2,0.5,1.5
2024-03-31 02:30,1,2,0.5,1.5
2024-03-31 03:00,1,2,0.5,1.5
CSV
is 'an hour that the clocks skip does not exist' "$(counts "$work/clock.csv" "${btc[@]}" --map zone=Europe/Berlin)" \
    '[3,2,0,0,1,["3 time"]]'
is 'the others are an hour apart on the clock, a minute in time' \
    "$(sql "SELECT string_agg(to_char(ts AT TIME ZONE 'UTC', 'HH24:MI'), ' ' ORDER BY ts) FROM bar
            WHERE ts::date = '2024-03-31'")" '00:59 01:00'
done_testing
