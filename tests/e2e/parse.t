#!/bin/bash
# quotemill parse against the answers that were recorded of the real providers.
. "$(dirname "$0")/../lib/tap.sh"

quotemill=${QM_BIN:-bin}/quotemill
cases=tests/fixtures/providers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The body of a case file, into $work/body.
body() {
    awk '/^----$/ { part++; next } part == 1' "$cases/$1.case" > "$work/body"
}
# Runs parse; what it printed is in $out, its exit status in $status.
parse() {
    out=$("$quotemill" parse "$@" 2> "$work/err") && status=0 || status=$?
}

body binance/daily
parse --provider binance --symbol BTCUSDT "$work/body"
is 'rows come as CSV, exit 0' "$status $(head -n 2 <<< "$out" | tr '\n' ' ')" \
    '0 ts,open,high,low,close,volume,bad 2024-03-13T00:00:00Z,71452,73679.2,71334.11,73072.41,51212.4164, '
parse --provider binance --json - < "$work/body"
is 'JSON from standard input' "$status $(jq -r '.rows[1].close' <<< "$out")" '0 71388.94'
body binance/wrong_types
parse --provider binance "$work/body"
like 'a bad row says what is bad' "$out" '2024-03-13T00:00:00Z,,73679.2,,,51212.4164,"open: ""abc""; close'
body eia/limit_in_200
parse --provider eia "$work/body"
like 'a fault is said in words, exit 1' "$status $out" '^1 rate_limited: You have exceeded'
body yahoo/not_found
parse --provider yahoo --status 404 --json "$work/body"
is 'a fault as JSON' "$status $(jq -r .fault <<< "$out")" '1 wrong_symbol'
printf '{"url":"/x","format":"csv","fields":{"ts":"Date","value":"Price"}}' > "$work/spec"
printf 'Date,Price\n2020-04-20,-36.98\n' > "$work/wti.csv"
parse --provider generic --spec "$work/spec" "$work/wti.csv"
like 'a generic spec is read from a file' "$out" '2020-04-20T00:00:00Z,-36.98,-36.98,-36.98,-36.98,,'

parse "$work/body"
like 'without a provider: wrong usage' "$status $(cat "$work/err")" '^2 .*--provider'
parse --provider nobody "$work/body"
like 'an unknown provider is named' "$status $(cat "$work/err")" '^2 .*nobody'
parse --provider yahoo --status 42 "$work/body"
is 'a status that is none: wrong usage' "$status" 2
parse --provider generic "$work/body"
like 'generic needs its spec' "$status $(cat "$work/err")" '^2 .*--spec'
parse --provider yahoo "$work/none"
like 'a missing file is named' "$status $(cat "$work/err")" '^1 .*none'
parse --help
like 'help' "$status $out" '^0 usage: quotemill parse'

# Recorded answers: provider | file | options | exit status, rows, what is in them
data=../shared/data/providers
recorded() {
    local file=$1 want=$2
    shift 2
    if [ ! -r "$data/$file" ]; then
        skip "recorded $file" "there is no $data/$file"
        return
    fi
    status=$(awk -F, -v f="$file" '$1 == f && $4 ~ /^[0-9]+$/ { print $4 }' "$data/index.csv")
    local http=${status:-200}
    parse --provider "${file%%/*}" --status "$http" "$@" "$data/$file"
    if [ "$status" = 0 ]; then
        is "recorded $file" "$(tail -n +2 <<< "$out" | wc -l) $(tail -n 1 <<< "$out")" "$want"
    else
        is "recorded $file" "$out" "$want"
    fi
}
recorded binance/klines_BTCUSDT_1h.raw.json \
    '1 2024-03-13T11:00:00Z,73249.24,73394.3,73234.62,73347.62,0.23592,'
recorded binance/error_invalid_symbol.json 'wrong_symbol: HTTP 400: Invalid symbol.'
recorded yahoo/chart_AAPL_2020-08-31.json \
    '49 2020-11-06T00:00:00Z,118.31999969482422,119.19999694824219,116.12999725341797,118.69000244140625,114457900,' \
    --symbol AAPL
recorded yahoo/chart_MSFT_2021-02_2022-01.json \
    '252 2022-01-28T00:00:00Z,300.2300109863281,308.4800109863281,294.45001220703125,308.260009765625,49743700,' \
    --symbol msft --interval 1d
recorded yahoo/chart_BTC-USD_2020-01.json \
    '3 2020-01-03T00:00:00Z,6984.4287109375,7413.71533203125,6914.99609375,7344.88427734375,28111481032,'
recorded yahoo/chart_EURUSDX_2020-01.json \
    '3 2020-01-03T00:00:00Z,1.1170812845230103,1.118067979812622,1.112569808959961,1.1171437501907349,0,'
recorded yahoo/chart_GCF_2020-01.json \
    '1 2020-01-02T00:00:00Z,1518.0999755859375,1528.699951171875,1518,1524.5,214,'
recorded yahoo/chart_AAPL_2020-08-31.json 'wrong_symbol: answers for AAPL' --symbol MSTR
recorded yahoo/error_not_found.json 'wrong_symbol: No data found, symbol may be delisted'
recorded eia/v2_petroleum_pri_spt_RWTC_weekly.json \
    '1 1986-01-03T00:00:00Z,25.78,25.78,25.78,25.78,,' --symbol petroleum/pri/spt:RWTC
recorded fred/observations_GDP.json '311 2024-07-01T00:00:00Z,29349.924,29349.924,29349.924,29349.924,,'
recorded fred/error_no_key.json 'refused: HTTP 400: Bad Request. Variable api_key is not set. Read https://fred.stlouisfed.org/docs/api/api_key.html for more information.'

# The generic provider reads what others answer, by a spec each.
generic() {
    local file=$1 spec=$2 want=$3
    shift 3
    printf '%s' "$spec" > "$work/spec"
    if [ ! -r "$data/$file" ]; then
        skip "recorded $file" "there is no $data/$file"
        return
    fi
    status=$(awk -F, -v f="$file" '$1 == f && $4 ~ /^[0-9]+$/ { print $4 }' "$data/index.csv")
    parse --provider generic --spec "$work/spec" --status "${status:-200}" "$@" "$data/$file"
    is "generic reads $file" "$(grep -c . <<< "$out") $(tail -n 1 <<< "$out")" "$want"
}
ohlcv='"open":"1. open","high":"2. high","low":"3. low","close":"4. close","volume":"5. volume"'
generic alphavantage/TIME_SERIES_DAILY_IBM.json \
    '{"url":"/query","rows":"/Time Series (Daily)","order":"desc","symbol":"/Meta Data/2. Symbol","fields":{"ts":"$key",'"$ohlcv"'}}' \
    '3 2020-05-08T00:00:00Z,122.67,122.8,121.06,121.79,2538547,' --symbol IBM
generic alphavantage/DIGITAL_CURRENCY_DAILY_BTC_EUR_2025.json \
    '{"url":"/query","rows":"/Time Series (Digital Currency Daily)","order":"desc","fields":{"ts":"$key",'"$ohlcv"'}}' \
    '4 2025-08-24T00:00:00Z,97883.18,98040.37,97854.95,97886.73,9.35943544,'
generic alphavantage/note_5_per_minute.json '{"url":"/query","rows":"/x"}' \
    '1 rate_limited: Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 calls per day. Please visit https://www.alphavantage.co/premium/ if you would like to target a higher API call frequency.'
generic alphavantage/information_25_per_day_key.json '{"url":"/query","rows":"/x"}' \
    '1 rate_limited: We have detected your API key as ************* and our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly remove all daily rate limits.'
generic coinbase/candles_BTC-USDT_1h.raw.json \
    '{"url":"/c","time":"s","order":"desc","fields":{"ts":0,"low":1,"high":2,"open":3,"close":4,"volume":5}}' \
    '2 2024-03-13T11:00:00Z,73243.33,73402.47,73241.5,73370.65,1.56794406,' --interval 1h
generic kraken/OHLC_USDCUSD_1m.json \
    '{"url":"/0","rows":"/result/{symbol}","error":"/error","time":"s","fields":{"ts":0,"open":1,"high":2,"low":3,"close":4,"volume":6}}' \
    '11 2023-11-14T15:56:00Z,1.0001,1.0001,1.0001,1.0001,0,' --symbol USDCUSD --interval 1m
generic kraken/error_unknown_pair.json \
    '{"url":"/0","rows":"/result/{symbol}","error":"/error","fields":{"ts":0,"close":4}}' \
    '1 malformed: EQuery:Unknown asset pair' --symbol NOPE
generic alpaca/bars_AAPL_1Day.json \
    '{"url":"/v2","rows":"/bars","symbol":"/symbol","time":"iso","fields":{"ts":"t","open":"o","high":"h","low":"l","close":"c","volume":"v"}}' \
    '3 2022-02-02T05:00:00Z,174.64,175.88,173.33,175.84,84817432,' --symbol AAPL
generic fmp/historical-price-full_AAPL_2023-01_v3.json \
    '{"url":"/v3","rows":"/historical","symbol":"/symbol","order":"desc","fields":{"ts":"date","open":"open","high":"high","low":"low","close":"close","volume":"volume"}}' \
    '7 2023-01-10T00:00:00Z,130.26,131.26,128.12,130.73,63896200,' --symbol AAPL
generic fmp/error_invalid_key.json '{"url":"/v3","rows":"/historical"}' \
    '1 refused: HTTP 401: Invalid API KEY. Please retry or visit our documentation to create one FREE https://financialmodelingprep.com/developer/docs'
generic coingecko/market_chart_daily_1_200.json \
    '{"url":"/api/v3","rows":"/prices","time":"ms","fields":{"ts":0,"value":1}}' \
    '92 2021-05-15T14:39:54Z,49078.83040364477,49078.83040364477,49078.83040364477,49078.83040364477,,'
generic coingecko/error_429.json '{"url":"/api/v3","rows":"/prices"}' \
    "1 rate_limited: HTTP 429: You've exceeded the Rate Limit. Please visit https://www.coingecko.com/en/api/pricing to subscribe to our API plans for higher rate limits."
generic coingecko/ohlc_7d_2_500.json '{"url":"/api/v3"}' '1 server: HTTP 500: Internal Server Error'
done_testing
