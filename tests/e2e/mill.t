#!/bin/bash
# Real minutes, milled: a day that is taken out and brought again leaves every
# interval, indicator and feature as one pass over all of them makes it.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/pipeline.sh
data=../shared/data/minute
[ -d "$data" ] || skip_all "there is no $data"

export QM_NOW=2024-06-01T00:00:00Z QM_LOG_LEVEL=4
pipeline_start
quotemill=${QM_BIN:-bin}/quotemill
seed=${MILL_SEED:-$RANDOM}
echo "# MILL_SEED=$seed"

# The files as one CSV each, and the same without a day, and that day.
/usr/bin/python3 - "$data" "$work" "$seed" <<'PY'
import csv, glob, gzip, json, random, sys
data, work, seed = sys.argv[1:]
random.seed(int(seed))
series = {
    "FIL": [r for f in sorted(glob.glob(data + "/FILUSDT-1m-*.csv.gz"))
            for r in list(csv.reader(gzip.open(f, "rt")))[1:]],
    "BTC": json.load(gzip.open(data + "/BTC_USDT-1m_2023-03-16_2023-05-01.json.gz")),
}
for name, rows in series.items():
    days = sorted({int(r[0]) // 86400000 for r in rows})
    day = random.choice(days)
    for part, is_in in (("all", lambda d: True), ("rest", lambda d: d != day), ("day", lambda d: d == day)):
        with open(f"{work}/{name}_{part}.csv", "w") as out:
            out.write("open_time,open,high,low,close,volume\n")
            out.writelines(",".join(map(str, r[:6])) + "\n" for r in rows if is_in(int(r[0]) // 86400000))
PY

import() {
    "$quotemill" import --json "$work/$2.csv" --instrument "$1" --interval 1m > "$work/import.json" || bail "import $2"
}
mill() {
    "$quotemill" run --step process --json > "$work/run.json" || bail "run"
}
# All that was made of an instrument's minutes, and of them, without ids.
digest() {
    sql "SELECT count(*), md5(string_agg(line, ',' ORDER BY line COLLATE \"C\"))
           FROM (SELECT 'i' || substr(t::text, position(',' IN t::text)) AS line FROM indicator t
                  WHERE instrument_id = (SELECT id FROM instrument WHERE symbol = '$1')
                 UNION ALL
                 SELECT 'f' || substr(t::text, position(',' IN t::text)) FROM feature t
                  WHERE instrument_id = (SELECT id FROM instrument WHERE symbol = '$1')
                 UNION ALL
                 SELECT ROW(interval_s, ts, open, high, low, close, volume)::text FROM bar
                  WHERE instrument_id = (SELECT id FROM instrument WHERE symbol = '$1')) AS x"
}

for name in FIL BTC; do
    "$quotemill" instrument add $name-USDT --kind crypto > /dev/null || bail "instrument"
    "$quotemill" instrument add $name-ALL --kind crypto > /dev/null || bail "instrument"
    import $name-ALL ${name}_all
    import $name-USDT ${name}_rest
    import $name-USDT ${name}_day
    eval "load_$name=$(sql "SELECT max(id) FROM load")"
done
mill
is "122 days of minutes make 122 of all intervals" \
    "$(sql "SELECT count(*) FILTER (WHERE b.interval_s = 86400), count(*) FILTER (WHERE b.interval_s = 60) / 1440
              FROM bar b JOIN instrument i ON i.id = instrument_id WHERE symbol = 'FIL-ALL'")" "122|122"
is "each bar of an hour and more has its indicators and features" \
    "$(sql "SELECT count(*) > 9000, bool_and(n.ts IS NOT NULL AND f.ts IS NOT NULL)
              FROM bar b LEFT JOIN indicator n USING (instrument_id, interval_s, ts)
              LEFT JOIN feature f USING (instrument_id, interval_s, ts) WHERE interval_s >= 3600")" "t|t"
is "nothing is left to do" "$(sql "SELECT count(*) FROM bar_dirty")" 0
for name in FIL BTC; do
    eval "all_$name=\$(digest $name-ALL)"
    all=all_$name load=load_$name
    is "$name in two portions is as in one" "$(digest $name-USDT)" "${!all}"
    "$quotemill" import --undo "${!load}" > /dev/null || bail "undo"
done
mill
for name in FIL BTC; do
    all=all_$name
    ok "$name without a day is something else" [ "$(digest $name-USDT)" != "${!all}" ]
    import $name-USDT ${name}_day
done
# what reads what is computed has it computed first
"$quotemill" export FIL-USDT --interval 1d --output "$work/days.csv" || bail "export"
is "an export has the day" "$(wc -l < "$work/days.csv")" 123
mill
for name in FIL BTC; do
    all=all_$name
    is "$name with it again is as before, bit for bit" "$(digest $name-USDT)" "${!all}"
done
done_testing
