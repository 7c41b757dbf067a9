#!/bin/bash
# Gaps of real files, counted by a script that knows nothing of our calendars;
# one of them filled: exactly its bars come, and nothing else changes.
. "$(dirname "$0")/../lib/tap.sh"
data=../shared/data
[ -d "$data/minute" ] || skip_all "there is no $data"
. tests/lib/pipeline.sh

outage='2023-03-24T12:40:00Z 2023-03-24T13:59:00Z 80'
long=(2023-04-12T03:00:00Z 2023-04-12T04:39:00Z)
short=(2023-04-10T09:58:00Z 2023-04-10T10:02:00Z)
end=2023-05-01T21:01:00Z
btc=$data/minute/BTC_USDT-1m_2023-03-16_2023-05-01.json.gz
count() { python3 tests/lib/gap_reference.py "$@"; }
gaps() { "${QM_BIN:-bin}/quotemill" gaps "$@"; }
import() { "${QM_BIN:-bin}/quotemill" import "$@" > "$work/import.log" 2>&1 || diag "$(cat "$work/import.log")"; }
# Bars that somebody brought, but those of one range.
rest() { # FROM TO
    sql "SELECT count(*), md5(string_agg(b::text, '|' ORDER BY b.instrument_id, b.interval_s, b.ts))
           FROM bar b JOIN load l ON l.id = b.load_id
          WHERE l.kind <> 'derived' AND NOT (b.interval_s = 60 AND b.ts BETWEEN '$1' AND '$2')"
}

export QM_NOW=2025-11-20T22:30:00Z
scratch=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-gaps.XXXXXX")
mkdir -p "$scratch/data"
count whole "$btc" "$scratch/data/btc.json.gz"
count cut "$btc" "$scratch/cut.json.gz" "${short[@]}" "${long[@]}"
cat > "$scratch/data/catalogue.csv" <<CSV
provider,symbol,interval,file,format,options
binance,BTCUSDT,1m,btc.json.gz,json-arrays,
CSV
pipeline_start "$scratch/data"

import "$scratch/cut.json.gz" --instrument BTC-USD
count minutes "$scratch/cut.json.gz" > "$work/wanted"
is 'the file has three gaps' "$(wc -l < "$work/wanted")" 3
is 'one of them is the outage of 24 March' "$(head -n 1 "$work/wanted")" "$outage"
is 'gaps of minutes are those of the file' "$(gaps BTC-USD --to $end --json | count json)" "$(cat "$work/wanted")"
is 'the end is a gap as well' \
    "$(gaps BTC-USD --json | jq -c '[.[] | select(.at_end) | [.from, .interval]]')" \
    '[["2023-05-01T21:02:00Z","1m"]]'
like 'a table tells the same' "$(gaps BTC-USD --to $end)" 'BTC-USD +1m +2023-03-24 12:40 +2023-03-24 13:59 +80'

# Other stocks of the same exchange know its sessions.
awk -F, '$1 != "2004-06-10" && $1 != "2012-10-26" && $1 != "2012-10-31" && $1 != "2023-11-24"' \
    $data/daily/MSTR_yahoo_unadjusted_2000_2024-03.csv > "$scratch/mstr.csv"
import "$scratch/mstr.csv" --instrument MSTR
count sessions "$scratch/mstr.csv" $data/daily/AAPL_yahoo.csv > "$work/wanted"
is 'the sessions taken out are three gaps: two are one over a storm' "$(wc -l < "$work/wanted")" 3
is 'gaps of days in New York are those of another stock' \
    "$(gaps MSTR --to 2024-03-08 --json | count json)" "$(cat "$work/wanted")"
awk -F, 'NR < 300 || NR > 310' $data/daily/THYAO.IS_yfinance.csv > "$scratch/thyao.csv"
import "$scratch/thyao.csv" --instrument THYAO.IS
is 'gaps in Istanbul as well' "$(gaps thyao.is --to 2025-07-07 --json | count json)" \
    "$(count sessions "$scratch/thyao.csv" $data/daily/GARAN.IS_yfinance.csv)"
"${QM_BIN:-bin}/quotemill" instrument add FIL-USDT --kind crypto --listing binance:FILUSDT > /dev/null
import $data/minute/FILUSDT-1m-2023-08.csv.gz --instrument FIL-USDT
is 'a month of minutes without a gap has none' "$(gaps FIL-USDT --to 2023-08-31 --json)" '[]'
is 'its hours are built by then, for who asks for theirs' "$(sql "SELECT count(*) FROM bar b JOIN instrument i ON i.id = b.instrument_id
    WHERE i.symbol = 'FIL-USDT' AND b.interval_s = 3600")" 744

# The console, as a plain CGI program.
sql "INSERT INTO app_user (name, password_hash, role) VALUES ('ann', '', 'viewer')" > /dev/null
printf '5a%.0s' {1..32} > "$work/key"
token=$("${QM_BIN:-bin}/quotemill" token add ann --scope read)
console() { # PATH
    REQUEST_METHOD=GET REQUEST_URI=$1 HTTP_AUTHORIZATION="Bearer $token" QM_TEMPLATES_DIR=templates QM_KEY_FILE=$work/key \
        "${QM_BIN:-bin}/quotemill.fcgi" < /dev/null 2>> "$work/console.log" | sed '1,/^\r*$/d'
}
is 'the API has the same gaps' \
    "$(console "/api/v1/coverage/BTC-USD?interval=1m&to=2023-04-30" | count json)" \
    "$(count minutes "$scratch/cut.json.gz")" || diag "$(cat "$work/console.log")"
is 'and says of each day how much is there' \
    "$(console "/api/v1/coverage/BTC-USD?interval=1m&from=2023-03-16&to=2023-04-30" |
        jq -c '[.rows[] | select(.present < .expected) | [.ts[:10], .present, .expected]], (.rows | length)')" \
    "$(printf '%s\n' '[["2023-03-24",1360,1440],["2023-04-10",1435,1440],["2023-04-12",1340,1440]]' 46)"

before=$(rest "${long[@]}")
gaps BTC-USD --from 2023-04-12 --to 2023-04-12 --fill --json > "$work/fill.json" 2> "$work/fill.log"
is 'one gap is filled' "$? $(jq -c '[.state, .mode, .rows.new, .rows.same, .rows.changed]' "$work/fill.json")" \
    '0 ["succeeded","backfill",100,0,0]' || diag "$(tail "$work/fill.log")"
is 'with the bars of the file' \
    "$(sql "SELECT to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SSZ'), open, high, low, close, volume FROM bar
             JOIN instrument i ON i.id = instrument_id
             WHERE symbol = 'BTC-USD' AND bar.interval_s = 60 AND ts BETWEEN '${long[0]}' AND '${long[1]}' ORDER BY ts" |
        python3 -c 'import sys
for line in sys.stdin:
    ts, *v = line.rstrip().split("|")
    print(ts, *(repr(float(x)) for x in v), sep=",")' | md5sum)" \
    "$(count slice "$btc" "${long[@]}" | md5sum)"
is 'nothing else changed' "$(rest "${long[@]}")" "$before"
is 'by one request' "$(sql "SELECT count(*) FROM load WHERE kind = 'provider'")" 1

gaps --from 2023-03-16 --to $end --interval 1m --fill BTC-USD > "$work/fill.txt" 2> "$work/fill.log"
is 'the others are filled by one run' "$? $(sql "SELECT count(*), sum(rows_new), sum(rows_same) FROM run WHERE mode = 'backfill'")" '0 2|185|0' ||
    diag "$(cat "$work/fill.log")"
like 'which says what it is about' "$(cat "$work/fill.log")" 'Filling 2 gaps \(85 bars\) of BTC-USD: about 2 requests'
is 'then there is none' "$(gaps BTC-USD --to $end)" 'No gaps.'

gaps MSTR --to 2012-12-31 --fill > "$work/fill.txt" 2>&1
is 'a gap that no provider can fill fails the run' $? 1
like 'and says so' "$(cat "$work/fill.txt")" 'MSTR: .*not the symbol asked for'
gaps WTI-X > /dev/null 2> "$work/err"
is 'an unknown symbol is wrong usage' $? 2
"${QM_BIN:-bin}/quotemill" instrument add OWN --kind stock > /dev/null
printf 'Date,Close\n2025-11-03,5\n2025-11-06,5\n' > "$scratch/own.csv"
import "$scratch/own.csv" --instrument OWN
gaps OWN --fill > /dev/null 2> "$work/err"
is 'gaps that nobody can answer for are refused' \
    "$? $(cat "$work/err")" '2 quotemill gaps: no provider of OWN has bars of 1d'
gaps OWN --queue > /dev/null 2> "$work/err"
is '--queue goes with --fill' $? 2
rm -rf "$scratch"
done_testing
