#!/bin/bash
# The simulator behind nginx: every wire format, every fault.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/sim.sh

work=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-simtest.XXXXXX")
trap 'sim_stop; rm -rf "$work"' EXIT

# A small folder with oddities of real files, and its own catalogue.
data=$work/data
mkdir "$data"
cat > "$data/catalogue.csv" <<'CSV'
provider,symbol,interval,file,format,options
binance,BTCUSDT,1d,btc.csv,csv,volume=Volume BTC
binance,BTCUSDT,1m,minutes.json.gz,json-arrays,
yahoo,ACME,1d,acme.json,json-objects,rows=prices;skip=time;title=Acme;exchange=NMS;zone=America/New_York;open=09:30;close=16:00
yahoo,GONE,1d,gone.csv,csv,
mnav,ACME,1d,treasury.csv,csv,shape=treasury
eia,natural-gas/pri/fut:GAS,1d,gas.csv,csv,shape=scalar;value=Price;title=Gas;units=$/MMBTU
fred,GAS,1d,gas.csv,csv,shape=scalar;value=Price
generic,ACME,1d,acme.json,json-objects,rows=prices;skip=time
CSV
cat > "$data/btc.csv" <<'CSV'
unix,date,symbol,open,high,low,close,Volume BTC,Volume USD
1704326400,2024-01-04 00:00:00,BTC/USD,42836,44800,42613,44174,2043.5,0
1704240000,2024-01-03 00:00:00,BTC/USD,44951,45518,40568,42836,5226.125,0
1704153600,2024-01-02 00:00:00,BTC/USD,44186,45922,44177,44951,3386.4,0
1704067200,2024-01-01 00:00:00,BTC/USD,42283.5,44196,42189,44186,1111.875,0
CSV
cat > "$data/acme.json" <<'JSON'
{"prices": [
 {"date": "2024-03-08", "open": 10, "high": 12.5, "low": 9.75, "close": 12, "volume": 1000},
 {"date": "2024-03-11", "open": 12, "high": 13, "low": 11, "close": 11.5, "volume": 2000},
 {"date": "2024-03-12", "open": 11.5, "high": 12, "low": 11, "close": 11.75, "volume": 1500},
 {"date": "2024-03-12", "time": "10:00", "open": 1, "high": 1, "low": 1, "close": 1, "volume": 1}]}
JSON
printf 'Date,Price\r\n2018-01-04,4.65\r\n2018-01-05,\r\n2018-01-08,2.89\r\n' > "$data/gas.csv"
cat > "$data/treasury.csv" <<'CSV'
date,btcPrice,stockPrice,btcHoldings,dilutedShares,totalDebt,preferredEquity,cashAndEquivalents
2020-09-30,10779,15.06,38250,72530000,0,0,52653000
CSV
python3 - "$data/minutes.json.gz" <<'PY'
import gzip, json, sys
rows = [[1704067200000 + i * 60000, 100 + i, 101 + i, 99 + i, 100.5 + i, 1] for i in range(150)]
gzip.open(sys.argv[1], "wt").write(json.dumps(rows))
PY

now='X-Quotemill-Now: 2024-03-12T22:00:00Z'
get() { local path=$1; shift; sim_get "$path" -H "$now" "$@"; }
status() { local path=$1; shift; get "$path" -o "$work/body" -w '%{http_code}' "$@"; }

sim_start "$data" || exit 1

# ---- Binance
k=binance/api/v3/klines?symbol=BTCUSDT
is 'a kline has its twelve columns' \
    "$(get "$k&interval=1d&startTime=0&limit=1")" \
    '[[1704067200000,"42283.50000000","44196.00000000","42189.00000000","44186.00000000","1111.87500000",1704153599999,"49129308.75000000",11119,"555.93750000","24564654.38000000","0"]]'
is 'klines are oldest first' \
    "$(get "$k&interval=1d" | jq -c 'map(.[0])')" \
    '[1704067200000,1704153600000,1704240000000,1704326400000]'
is 'without a start the newest come' \
    "$(get "$k&interval=1d&limit=2" | jq -c 'map(.[0])')" '[1704240000000,1704326400000]'
is 'start and end are inclusive' \
    "$(get "$k&interval=1d&startTime=1704067200000&endTime=1704153600000" | jq length)" 2
is 'the running day is there, later ones are not' \
    "$(sim_get "$k&interval=1d" -H 'X-Quotemill-Now: 2024-01-03T00:00:00Z' | jq length)" 3
is 'minutes come from a gzip file' "$(get "$k&interval=1m&startTime=0" | jq length)" 150
is 'a limit over 1000 counts as 1000' "$(get "$k&interval=1m&startTime=0&limit=5000" | jq length)" 150
is 'hours are made of minutes' \
    "$(get "$k&interval=1h&startTime=0" | jq -c '.[1][1:6]')" \
    '["160.00000000","220.00000000","159.00000000","219.50000000","60.00000000"]'
is 'an unknown symbol is -1121' \
    "$(status 'binance/api/v3/klines?symbol=NOPE&interval=1d') $(cat "$work/body")" \
    '400 {"code":-1121,"msg":"Invalid symbol."}'
is 'an unknown interval is -1120' "$(status "$k&interval=9x") $(jq .code "$work/body")" '400 -1120'
is 'a missing parameter is -1102' "$(status "$k") $(jq .code "$work/body")" '400 -1102'
is 'a limit that is no number is -1100' \
    "$(status "$k&interval=1d&limit=x") $(jq .code "$work/body")" '400 -1100'
is 'time is the simulated one' "$(get binance/api/v3/time)" '{"serverTime":1710280800000}'
like 'the used weight is told' "$(get binance/api/v3/ping -i)" 'X-MBX-USED-WEIGHT-1M: [0-9]+'

# ---- Yahoo
y=yahoo/v8/finance/chart/ACME
is 'the meta says what and where' \
    "$(get "$y?interval=1d&period1=1700000000&period2=1800000000" |
    jq -c '.chart.result[0] | [.meta.symbol, .meta.currency, .meta.gmtoffset, .meta.exchangeTimezoneName]')" \
    '["ACME","USD",-14400,"America/New_York"]'
is 'sessions open at 14:30 in winter, 13:30 in summer; rows with a time are dropped' \
    "$(get "$y?interval=1d&period1=1700000000&period2=1800000000" | jq -c '.chart.result[0].timestamp')" \
    '[1709908200,1710163800,1710250200]'
is 'columns are parallel arrays' \
    "$(get "$y?interval=1d&period1=1700000000&period2=1800000000" |
    jq -c '.chart.result[0].indicators.quote[0] | [.open, .high, .low, .close, .volume]')" \
    '[[10,12,11.5],[12.5,13,12],[9.75,11,11],[12,11.5,11.75],[1000,2000,1500]]'
is 'the running session carries the last trade' \
    "$(sim_get "$y?interval=1d&period1=1700000000&period2=1800000000" -H 'X-Quotemill-Now: 2024-03-12T15:00:00Z' |
    jq -c '.chart.result[0].timestamp[-1]')" 1710255600
is 'a session is not there before it opens' \
    "$(sim_get "$y?interval=1d&period1=1700000000&period2=1800000000" -H 'X-Quotemill-Now: 2024-03-12T13:29:59Z' |
    jq -c '.chart.result[0].timestamp | length')" 2
is 'no rows: no timestamps and an empty quote' \
    "$(get "$y?interval=1d&period1=1710300000&period2=1710400000" | jq -c '.chart.result[0] | [.timestamp, .indicators.quote]')" \
    '[null,[{}]]'
is 'a range before the first trade is refused' \
    "$(status "$y?interval=1d&period1=100&period2=200") $(jq -r .chart.error.code "$work/body")" \
    '400 Bad Request'
is 'an unknown symbol is not found' \
    "$(status 'yahoo/v8/finance/chart/NOPE?interval=1d') $(cat "$work/body")" \
    '404 {"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}'
is 'a symbol whose file is missing is unknown' "$(status 'yahoo/v8/finance/chart/GONE?interval=1d')" 404

# ---- FRED
f='fred/fred/series/observations?file_type=json&series_id=GAS'
is 'a missing value is a dot' \
    "$(get "$f&api_key=k" | jq -c '[.count, (.observations | map([.date, .value]))]')" \
    '[3,[["2018-01-04","4.65"],["2018-01-05","."],["2018-01-08","2.89"]]]'
is 'start and end are inclusive days' \
    "$(get "$f&api_key=k&observation_start=2018-01-05&observation_end=2018-01-05" | jq -c '.observations | length')" 1
is 'limit and offset page' \
    "$(get "$f&api_key=k&limit=1&offset=2&sort_order=asc" | jq -c '[.count, .observations[0].date]')" '[3,"2018-01-08"]'
is 'without a key it is a bad request' "$(status "$f")" 400
[ ! -d ../shared/data ] || { cmp -s "$work/body" ../shared/data/providers/fred/error_no_key.json
    ok 'and its body is the recorded one' test $? = 0; }
is 'an unknown series does not exist' \
    "$(status 'fred/fred/series/observations?file_type=json&series_id=NOPE&api_key=k') $(jq -r .error_message "$work/body")" \
    '400 Bad Request.  The series does not exist.'

# ---- EIA
e='eia/v2/natural-gas/pri/fut/data/?frequency=daily&data[0]=value&facets[series][]=GAS'
asc='sort[0][column]=period&sort[0][direction]=asc'
is 'values are texts, a blank one is null' \
    "$(get "$e&api_key=k&$asc" | jq -c '.response | [.total, (.data | map([.period, .value, .series]))]')" \
    '["3",[["2018-01-04","4.65","GAS"],["2018-01-05",null,"GAS"],["2018-01-08","2.89","GAS"]]]'
is 'offset and length page' \
    "$(get "$e&api_key=k&$asc&offset=1&length=1" | jq -c '.response | [.total, .data[0].period]')" '["3","2018-01-05"]'
is 'start bounds the rows' "$(get "$e&api_key=k&$asc&start=2018-01-08" | jq -c '.response.total')" '"1"'
is 'without a key it is forbidden' "$(status "$e") $(jq -r .error.code "$work/body")" '403 API_KEY_MISSING'
is 'an unknown facet has no rows' \
    "$(get "eia/v2/natural-gas/pri/fut/data/?api_key=k&data[0]=value&facets[series][]=NOPE" | jq -c .response.data)" '[]'

# ---- mNAV and the generic publisher
is 'a treasury row has its seven figures' \
    "$(get 'mnav/v1/treasury?symbol=ACME&from=2020-09-01&to=2020-12-31')" \
    '{"symbol":"ACME","rows":[{"date":"2020-09-30","price":15.06,"btc_price":10779,"btc_holdings":38250,"diluted_shares":72530000,"debt":0,"preferred":0,"cash":52653000}]}'
is 'an unknown treasury is not found' "$(status 'mnav/v1/treasury?symbol=NOPE')" 404
is 'the generic publisher speaks CSV under any name' \
    "$(get 'acme/bars.csv?symbol=ACME&from=2024-03-11' | tr -d '\r')" \
    $'day,open,high,low,close,volume\n2024-03-11,12,13,11,11.5,2000\n2024-03-12,11.5,12,11,11.75,1500'
is 'and JSON, in pages' \
    "$(get 'acme/bars.json?symbol=ACME&limit=2&page=2' | jq -c .result.bars)" \
    '[{"day":"2024-03-12","o":"11.5","h":12,"l":11,"c":11.75,"v":1500}]'
is 'a path of no provider is not found' "$(status nowhere/else)" 404

# ---- Faults
sim_fault '# faults' 'yahoo ACME 503 times=1' '* NOTHING empty'
is 'a fault hits the next request' "$(status "$y?interval=1d")" 503
is 'and after times=1 no more' "$(status "$y?interval=1d")" 200
for code in 500 502 503; do
    sim_fault "binance * $code"
    is "fault $code" "$(status "$k&interval=1d")" $code
done
is 'other providers are not hit' "$(status "$f&api_key=k")" 200
sim_fault '* * 429 7'
for url in "$k&interval=1d" "$y?interval=1d" "$f&api_key=k" "$e&api_key=k" 'mnav/v1/treasury?symbol=ACME' 'acme/bars.json?symbol=ACME'; do
    like "429 with Retry-After from ${url%%/*}" \
        "$(get "$url" -i | tr -d '\r')" $'^HTTP/1.1 429 .*\nRetry-After: 7\n'
done
sim_fault '* * limit200'
for url in "$k&interval=1d" "$y?interval=1d" "$f&api_key=k" "$e&api_key=k" 'mnav/v1/treasury?symbol=ACME' 'acme/bars.json?symbol=ACME'; do
    like "limit in a 200 body from ${url%%/*}" \
        "$(get "$url" -w ' %{http_code}')" '(imit|weight|Many).* 200$'
done
sim_fault '* * empty'
is 'fault empty' \
    "$(get "$k&interval=1d") $(get "$y?interval=1d" | jq -c .chart.result[0].timestamp) $(get "$f&api_key=k" | jq -c .observations) $(
    get "$e&api_key=k" | jq -c .response.data) $(get 'mnav/v1/treasury?symbol=ACME' | jq -c .rows)" \
    '[] null [] [] []'
sim_fault '* * stale 2'
is 'fault stale leaves out the newest days' \
    "$(sim_get "$k&interval=1d" -H 'X-Quotemill-Now: 2024-01-04T12:00:00Z' | jq length)" 2
sim_fault '* * wrongsymbol'
is 'fault wrongsymbol' \
    "$(get "$y?interval=1d" | jq -r .chart.result[0].meta.symbol) $(get "$e&api_key=k" | jq -r .response.data[0].series) $(
    status "$k&interval=1d") $(status "$f&api_key=k") $(get 'mnav/v1/treasury?symbol=ACME' | jq -r .symbol)" \
    'ZZZZ ZZZZ 400 400 ZZZZ'
sim_fault '* * malformed'
for url in "$k&interval=1d" "$y?interval=1d" "$f&api_key=k" "$e&api_key=k" 'mnav/v1/treasury?symbol=ACME'; do
    ! get "$url" | jq . > /dev/null 2>&1
    ok "a malformed body from ${url%%/*}" test $? = 0
done
sim_fault '* * badrows'
is 'fault badrows spoils some rows and leaves the others' \
    "$(get "$k&interval=1d&startTime=0" | jq -c '[length, (map(select((.[2] | tonumber) < (.[3] | tonumber) or (.[4] | tonumber) < 0)) | length)]')" \
    '[4,1]'
sim_fault '* * wrongtypes'
is 'fault wrongtypes puts a word for a number' \
    "$(get "$k&interval=1d&startTime=0" | jq -c 'map(.[4])')" \
    '["44186.00000000","44951.00000000","abc","44174.00000000"]'
sim_fault 'yahoo * cutoff'
get "$y?interval=1d" > "$work/body" 2> /dev/null
is 'a body that is cut off is fewer bytes than announced' "$?" 18
like 'and its first half came' "$(cat "$work/body")" '^\{"chart".*[^}]$'
sim_fault 'yahoo * huge 3000000'
get "$y?interval=1d" > "$work/body"
is 'a huge body is as huge as asked' \
    "$(wc -c < "$work/body") $(jq -r .chart.result[0].meta.symbol "$work/body")" '3000000 ACME'
ms() { local from; from=$(date +%s%3N); "$@" > "$work/body" 2> /dev/null; echo $(($(date +%s%3N) - from)); }
sim_fault 'yahoo * latency 150' '* ACME latency 150'
took=$(ms get "$y?interval=1d"); [ "$took" -ge 300 ]
ok "latencies add up ($took ms of 300)" test $? = 0
sim_fault 'yahoo * drip 2000'
took=$(ms get "$y?interval=1d"); [ "$took" -ge 300 ] && [ "$(jq -r .chart.result[0].meta.symbol "$work/body")" = ACME ]
ok "a dripping body comes whole, slowly ($took ms)" test $? = 0
sim_fault 'yahoo * hang 0.4'
took=$(ms get "$y?interval=1d"); [ "$took" -ge 400 ] && [ "$(jq -r .chart.result[0].meta.symbol "$work/body")" = ACME ]
ok "a hanging request answers after its time ($took ms)" test $? = 0

# More hanging requests than threads, whose clients leave: all threads are
# free again at once, not after an hour.
sim_fault 'yahoo * hang 3600'
for _ in $(seq 80); do get "$y?interval=1d" --max-time 0.3 > /dev/null 2>&1 & hung="$hung $!"; done
# shellcheck disable=SC2086
wait $hung
sim_fault ''
is 'hanging requests end when their clients go' \
    "$(get "$y?interval=1d" --max-time 5 | jq -r .chart.result[0].meta.symbol)" ACME

sim_fault 'yahoo * nonsense' 'yahoo * 503'
is 'a wrong line is left out, the next one counts' "$(status "$y?interval=1d")" 503
like 'and the log says why' "$(grep faults.refused "$sim_dir/sim.log")" 'line=1 .*no fault "nonsense"'
sim_stop

# ---- Without a folder: generated data
unset QM_NOW
sim_start || exit 1
url='binance/api/v3/klines?symbol=BTCUSDT&interval=1d&startTime=0&limit=1000'
get "$url" > "$work/early"
sim_get "$url" -H 'X-Quotemill-Now: 2026-03-12T22:00:00Z' > "$work/late"
cmp -s "$work/early" "$work/late"
ok 'generated bars do not depend on the clock' test $? = 0
is 'they begin on 2020-08-11' "$(jq -r '.[0][0]' "$work/early")" 1597104000000
is 'both providers tell of one market' \
    "$(get 'yahoo/v8/finance/chart/BTC-USD?interval=1d&period1=0&period2=2000000000' |
    jq -c '.chart.result[0].indicators.quote[0].close[0:3]')" \
    "$(jq -c 'map(.[4] | tonumber) | .[0:3]' "$work/early")"
is 'any number of made-up symbols' \
    "$(get 'yahoo/v8/finance/chart/SIM042?interval=1d&period1=0&period2=2000000000' | jq -r .chart.result[0].meta.symbol)" \
    SIM042
sim_stop

# ---- The reference data, file by file
if [ -d ../shared/data ]; then
    now='X-Quotemill-Now: 2026-11-01T00:00:00Z'
    sim_start ../shared/data || exit 1
    ref=../shared/data
    rows() { awk 'NR > 1 && NF { n++ } END { print n + 0 }' "$ref/$1"; }
    all='interval=1d&period1=0&period2=2000000000'
    yahoo_rows() { get "yahoo/v8/finance/chart/$1?$all" | jq '.chart.result[0].timestamp | length'; }
    binance_rows() { # in pages of 1000, as a client does
        local start=0 n=0 got
        while :; do
            get "binance/api/v3/klines?symbol=$1&interval=$2&startTime=$start&limit=1000" > "$work/page"
            got=$(jq length "$work/page")
            n=$((n + got))
            [ "$got" = 1000 ] || break
            start=$(jq '.[-1][0] + 1' "$work/page")
        done
        echo $n
    }
    is 'all BTC days' "$(binance_rows BTCUSDT 1d)" "$(rows daily/BTC-USD_bitstamp_cryptodatadownload.csv)"
    is 'all ETH days' "$(binance_rows ETHUSDT 1d)" "$(rows daily/ETH-USD_stooq.csv)"
    for s in AAPL_yahoo MSFT_yahoo COIN_yahoo THYAO.IS_yfinance GARAN.IS_yfinance; do
        is "all ${s%_*} days" "$(yahoo_rows "${s%_*}")" "$(rows "daily/$s.csv")"
    done
    is 'all MSTR days, without the intraday rows' \
        "$(yahoo_rows MSTR)" "$(jq '[.prices[] | select(has("time") | not)] | length' $ref/daily/MSTR_splitadjusted_2020_2026.json)"
    is 'all treasury rows' \
        "$(get 'mnav/v1/treasury?symbol=MSTR' | jq '.rows | length')" "$(rows daily/mstr_daily_mnav.csv)"
    for s in DCOILWTICO:wti DCOILBRENTEU:brent DHHNGSP:henry-hub; do
        is "all ${s#*:} days" \
            "$(get "fred/fred/series/observations?file_type=json&api_key=k&series_id=${s%:*}" | jq .count)" \
            "$(rows "energy/${s#*:}-daily.csv")"
    done
    is 'EIA sends 5000 rows at most and warns' \
        "$(get 'eia/v2/petroleum/pri/spt/data/?api_key=k&data[0]=value&facets[series][]=RWTC&length=9999' |
        jq -c '.response | [.total, (.data | length), (.warnings | length)]')" '["10226",5000,1]'
    python3 - $ref > "$work/minutes" <<'PY'
import gzip, json, sys
rows = set()
for span in ("2023-03-16_2023-05-01", "2023-04-05_2023-05-05"):
    rows |= {r[0] for r in json.load(gzip.open(f"{sys.argv[1]}/minute/BTC_USDT-1m_{span}.json.gz"))}
print(len(rows))
PY
    is 'the two files of BTC minutes are put together' "$(binance_rows BTCUSDT 1m)" "$(cat "$work/minutes")"
    sim_stop
fi
done_testing
