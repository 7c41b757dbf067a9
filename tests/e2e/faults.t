#!/bin/bash
# Each fault of a provider on one of several sources: the run ends partial, the
# others are stored, and what is kept about the source says kind, words,
# attempts and what comes next.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/pipeline.sh

export QM_NOW=2024-01-05T22:30:00Z
pipeline_start
export QM_FETCH_ATTEMPTS=2 QM_BACKOFF_BASE_MS=10 QM_BACKOFF_MAX_MS=50
export QM_FIRST_BYTE_TIMEOUT_MS=600 QM_STALL_TIMEOUT_MS=600 QM_TOTAL_TIMEOUT_MS=2000
export QM_BODY_MAX_BYTES=1000000

bars() {
    sql "SELECT count(*) FROM bar JOIN instrument i ON i.id = instrument_id WHERE symbol = '$1'"
}
# What the fetch step keeps about a source of the run $work/NAME.json.
kept() {
    sql "SELECT $3 FROM step_source WHERE source = '$2' AND step_id =
          (SELECT id FROM step WHERE run_id = $(jq .run "$work/$1.json") AND kind = 'fetch')"
}
# The run's page as a signed-in viewer sees it: its text without tags.
page() {
    REQUEST_METHOD=GET REQUEST_URI="/runs/$(jq .run "$work/$1.json")" DOCUMENT_URI="/runs/$(jq .run "$work/$1.json")" \
        QUERY_STRING='' REMOTE_ADDR=127.0.0.1 HTTP_HOST=localhost HTTP_COOKIE="qm_session=$token" \
        QM_TEMPLATES_DIR=templates QM_KEY_FILE="$work/key" \
        "${QM_BIN:-bin}/quotemill.fcgi" < /dev/null 2> "$work/page.log" | perl -0pe '
            s/<[^>]*>/ /g; s/&#39;/\x27/g; s/&quot;/"/g; s/&gt;/>/g; s/&lt;/</g; s/&amp;/&/g; s/\s+/ /g'
}
# The page names the source with what is kept about it.
page_tells() {
    local text words
    text=$(page fault)
    for words in MSTR "$(kept fault MSTR error)" "$(kept fault MSTR next_action)"; do
        [[ $text == *"$words"* ]] || {
            echo "not on the page: $words"
            printf '%s\n' "$text" | head -c 3000
            return 1
        }
    done
}
next_week() { QM_NOW=$(date -u -d "$QM_NOW + 7 days" +%Y-%m-%dT%H:%M:%SZ); }
token=$(printf 'a%.0s' {1..43})
printf '5a%.0s' {1..32} > "$work/key"
chmod 600 "$work/key"
sql "INSERT INTO app_user (name, password_hash, role) VALUES ('ann', 'x', 'viewer');
     INSERT INTO session (token_hash, user_id, csrf, address)
     SELECT '$(printf %s "$token" | b2sum -l 256 | cut -d' ' -f1)', id, 'x', '127.0.0.1' FROM app_user"
two=(--instrument MSTR --instrument AAPL)

run first "${two[@]}" --mode full_refresh
is 'without a fault all is well' "$status $(jq -r .state "$work/first.json")" '0 succeeded' ||
    diag "$(tail -n 20 "$work/first.log")"

# fault | kind | attempts | rows stored all the same | words of the error
while IFS='|' read -r fault kind attempts rows words; do
    next_week
    sim_fault "yahoo /MSTR $fault"
    aapl=$(bars AAPL) mstr=$(bars MSTR)
    run fault "${two[@]}"
    is "$fault: the run ends partial" "$status $(jq -r .state "$work/fault.json")" '3 partial'
    like "$fault: the other source is stored" "$(($(bars AAPL) - aapl))" '^[45]$' # a week may have a holiday
    is "$fault: the source keeps what it had" "$(($(bars MSTR) - mstr))" "$rows"
    is "$fault: kind and attempts" "$(kept fault MSTR 'state, error_kind, attempts')" "failed|$kind|$attempts"
    like "$fault: the error in words" "$(kept fault MSTR error)" "$words"
    like "$fault: what comes next" "$(kept fault MSTR next_action)" '[a-z]{3}'
    ok "$fault: the page says all that" page_tells
done <<'FAULTS'
stale 3|stale|1|2|.
empty|empty|1|0|.
500|server|2|0|500
502|server|2|0|502
503|server|2|0|503
429 0|rate_limited|2|0|.
limit200|rate_limited|2|0|[Ll]imit
hang 30|timeout|2|0|.
drip 50|timeout|2|0|.
cutoff|cut_off|2|0|.
malformed|malformed|2|0|.
wrongsymbol|wrong_symbol|1|0|ZZZZ
huge 3000000|too_large|1|0|.
FAULTS

next_week
sim_fault
run after "${two[@]}"
is 'when the faults are gone the next run catches up' "$status $(bars MSTR)" "0 $(bars AAPL)"

next_week
sim_fault 'yahoo /MSTR 503 times=1'
run again "${two[@]}"
is 'a fault that passes costs an attempt' "$status $(kept again MSTR 'state, attempts')" '0 succeeded|2'

# Rows that cannot be: a whole history, so that each kind is among them.
refused() {
    sql "SELECT rule, count(*) FROM quarantine JOIN instrument i ON i.id = instrument_id
          WHERE symbol = '$1' AND severity = 'refuse' GROUP BY rule ORDER BY rule" | tr '\n' ' '
}
sim_fault 'yahoo /MSFT badrows' 'yahoo /THYAO.IS wrongtypes'
run bad --instrument MSFT --instrument THYAO.IS --mode full_refresh
is 'bad rows do not fail their source' "$status $(kept bad MSFT state)" '0 succeeded'
n=$(sql "SELECT count(*) FROM bar JOIN instrument i ON i.id = instrument_id WHERE symbol = 'AAPL'")
bad=$(sql "SELECT count(*) FROM quarantine JOIN instrument i ON i.id = instrument_id WHERE symbol = 'MSFT' AND severity = 'refuse'")
is 'the good rows of the same answer are stored' "$(bars MSFT)" "$((n - bad))"
like 'the bad ones are in quarantine by their rule' "$(refused MSFT)" \
    '^high_low\|[0-9]+ numeric\|[0-9]+ positive\|[0-9]+ $'
like 'words and objects for numbers are too' "$(refused THYAO.IS)" '^numeric\|[0-9]+ $'
is 'quarantine keeps the raw value' \
    "$(sql "SELECT DISTINCT value FROM quarantine JOIN instrument i ON i.id = instrument_id
             WHERE symbol = 'MSFT' AND rule = 'numeric'" | grep -c NaN)" 1
is 'and the row it came from' \
    "$(sql "SELECT count(*) FROM quarantine JOIN instrument i ON i.id = instrument_id
             WHERE symbol = 'THYAO.IS' AND raw LIKE '%abc%' AND field = 'close'" | grep -vc '^0$')" 1
is 'the run counts them' "$(jq .rows.refused "$work/bad.json")" \
    "$(sql "SELECT count(*) FROM quarantine WHERE severity = 'refuse'")"
decide() { # VERDICT: about the first refused row of one rule
    sql "SELECT outcome FROM desk_decide(ARRAY(SELECT min(id) FROM quarantine WHERE rule = 'high_low'), '$1', NULL, 'ann', '', '')"
}
is 'a person accepts one of them' "$(decide accept)" 'done'
run accepted --instrument MSFT --mode full_refresh
is 'the next fetch takes it for the same' "$(jq -c '.rows | [.new, .changed, .refused]' "$work/accepted.json")" "[0,0,$((bad - 1))]"
is 'and nothing is left of the decision that is taken back' "$(decide reopen; sql "SELECT count(*) FROM bar JOIN instrument i
      ON i.id = instrument_id WHERE symbol = 'MSFT'")" "done
$((n - bad))"
sim_fault
run good --instrument MSFT --instrument THYAO.IS --mode full_refresh
is 'what was refused is stored once it comes right' "$status $(jq -c '.rows | [.new, .changed]' "$work/good.json")" \
    "0 [$(sql "SELECT count(*) FROM quarantine WHERE severity = 'refuse'"),0]"

# Failover: the next listing answers, and the reason is on load and source.
sim_fault 'binance * 503'
run over --instrument BTC-USD --mode full_refresh
is 'the next provider answers' "$status $(kept over BTC-USD 'state, provider')" '0 succeeded|yahoo'
like 'the source says why' "$(kept over BTC-USD detail)" 'binance'
like 'the load says why' \
    "$(sql "SELECT DISTINCT provider || ': ' || reason FROM load
             WHERE run_id = $(jq .run "$work/over.json") AND state = 'stored'")" '^yahoo: .*binance'
sim_fault '* BTC 503'
next_week
run down --instrument BTC-USD --instrument ETH-USD
is 'when none answers the source has failed' "$status $(kept down BTC-USD 'state, error_kind, attempts')" \
    '3 failed|server|4'
is 'and the other one has not' "$(kept down ETH-USD 'state, provider')" 'succeeded|binance'

# Every source failing is a failed run; what was stored stays.
sim_fault '* * 500'
before=$(sql 'SELECT count(*), md5(string_agg(b::text, NULL ORDER BY b::text)) FROM bar b')
run dead "${two[@]}"
is 'when all fail the run has failed' "$status $(jq -r .state "$work/dead.json")" '1 failed'
is 'and what was stored stays' \
    "$(sql 'SELECT count(*), md5(string_agg(b::text, NULL ORDER BY b::text)) FROM bar b')" "$before"
done_testing
