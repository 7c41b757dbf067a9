#!/bin/bash
# The whole pipeline on the reference data: what the files hold is what is
# stored, file by file and number by number.
. "$(dirname "$0")/../lib/tap.sh"
[ -d ../shared/data/daily ] || skip_all "no reference data in ../shared/data"
. tests/lib/pipeline.sh

reference=../shared/data
stored() {
    sql "COPY (SELECT symbol, (ts AT TIME ZONE 'UTC')::date, open, high, low, close, volume
                 FROM bar b JOIN instrument i ON i.id = instrument_id WHERE b.interval_s = 86400) TO STDOUT CSV"
}
must_be() { stored | python3 tests/lib/reference.py $reference "$QM_NOW"; }
rows() { jq -c '.rows | [.new, .same, .changed, .refused]' "$work/$1.json"; }

export QM_NOW=2025-11-20T22:30:00Z
pipeline_start $reference

run full --mode full_refresh
is 'a full refresh ends well' "$status $(jq -r .state "$work/full.json")" '0 succeeded' ||
    diag "$(tail -n 20 "$work/full.log")"
must_be > "$work/wanted"
n_files=0
while read -r symbol n refused difference; do
    n_files=$((n_files + 1))
    is "$symbol: every valid row is stored as it is in the file" \
        "$(sql "SELECT count(*) FROM bar JOIN instrument i ON i.id = instrument_id WHERE symbol = '$symbol'") $difference" \
        "$n same"
    is "$symbol: what is not stored is in quarantine" \
        "$(sql "SELECT count(*) FROM quarantine JOIN instrument i ON i.id = instrument_id
                 WHERE symbol = '$symbol' AND severity = 'refuse'")" "$refused"
done < "$work/wanted"
is 'ten files' "$n_files" 10
total=$(awk '{ n += $2 } END { print n }' "$work/wanted")
refused=$(awk '{ n += $3 } END { print n }' "$work/wanted")
is 'the run says how many' "$(rows full)" "[$total,0,0,$refused]"
is 'the blank Henry Hub value was refused for what it is' \
    "$(sql "SELECT rule, ts::date FROM quarantine JOIN instrument i ON i.id = instrument_id
             WHERE symbol = 'HENRY-HUB' AND severity = 'refuse'")" 'required|2018-01-05'
is 'the negative WTI price was not' \
    "$(sql "SELECT close FROM bar JOIN instrument i ON i.id = instrument_id
             WHERE symbol = 'WTI' AND ts = '2020-04-20'")" -36.98
is 'every bar leads to the load and the raw bytes it came from' \
    "$(sql "SELECT count(*) FROM bar LEFT JOIN load l ON l.id = load_id
             WHERE l.state IS DISTINCT FROM 'stored' OR l.archive_hash IS NULL OR NOT l.simulated")" 0
is 'the view for those who come from there has every day that all three series have' \
    "$(sql 'SELECT count(*), max(date) FROM mstr_historical_data')" \
    "$(awk -F, 'NR > 1 && $1 < "2025-11-20"' $reference/daily/mstr_daily_mnav.csv | wc -l)|2025-11-19"

run again --mode full_refresh
is 'a second full refresh stores nothing new' "$status $(rows again)" "0 [0,$total,0,$refused]"
is 'and keeps no history' "$(sql 'SELECT count(*) FROM bar_history')" 0
is 'and nothing twice in quarantine' \
    "$(sql "SELECT count(*) FROM quarantine WHERE severity = 'refuse'")" "$refused"

# Five days later. Sources whose files ended long ago are behind, which an
# incremental run says; the others bring exactly their new days.
export QM_NOW=2025-11-25T22:30:00Z
must_be > "$work/wanted"
later=$(awk '{ n += $2 } END { print n }' "$work/wanted")
run later
is 'five days later an incremental run brings exactly those days' \
    "$(jq '.rows | [.new, .changed] | map(tostring) | join(" ")' -r "$work/later.json")" "$((later - total)) 0"
must_be > "$work/wanted"
while read -r symbol n refused difference; do
    is "$symbol: the days up to now are stored" "$difference" same
done < "$work/wanted"
is 'only sources whose files have ended are called failed' \
    "$(sql "SELECT string_agg(source || ' ' || error_kind, ', ' ORDER BY source) FROM step_source s JOIN step ON step.id = step_id
             WHERE run_id = $(jq .run "$work/later.json") AND kind = 'fetch' AND s.state = 'failed'
               AND source NOT IN ('AAPL', 'MSFT', 'ETH-USD', 'THYAO.IS')")" ''
run rest
is 'and once more brings nothing' "$(jq '.rows.new' "$work/rest.json")" 0
done_testing
