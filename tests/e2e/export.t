#!/bin/bash
# Export: what is stored, as an independent reader sees it in CSV and JSON, bit
# for bit; ranges, several instruments, files and broken pipes.
. "$(dirname "$0")/../lib/tap.sh"
[ -n "${QM_TEST_DB_HOST-}" ] || skip_all 'no test cluster: run through scripts/test-db run'
[ -x /usr/bin/python3 ] || skip_all 'python3 reads the exports here; it is not there'

work=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-export.XXXXXX")
database=qm_e2e_$$
trap 'dropdb -h "$QM_TEST_DB_HOST" -U postgres --force "$database"; rm -rf "$work"' EXIT
createdb -h "$QM_TEST_DB_HOST" -U postgres -T qm_template "$database" || bail 'no database'
export QM_VAR=$work QM_ARCHIVE_DIR=$work/archive QM_NOW=2026-02-01T00:00:00Z
export QM_DB_WORKER="host=$QM_TEST_DB_HOST dbname=$database user=quotemill_worker"
mkdir "$work/archive"
quotemill=${QM_BIN:-bin}/quotemill
sql() { psql -XAtq -h "$QM_TEST_DB_HOST" -U postgres -d "$database" -c "$1"; }
# quotemill export OPTIONS: output into $work/out, messages into $work/log
export_() {
    status=0
    "$quotemill" export "$@" > "$work/out" 2> "$work/log" || status=$?
}
# The stored bars of a symbol and an interval in seconds: symbol, time, the
# bits of each number.
stored() {
    sql "SELECT i.symbol || ' ' || to_char(b.ts AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') || ' ' ||
                concat_ws(' ', encode(float8send(open), 'hex'), encode(float8send(high), 'hex'),
                          encode(float8send(low), 'hex'), encode(float8send(close), 'hex'),
                          coalesce(encode(float8send(volume), 'hex'), '-'))
           FROM bar b JOIN instrument i ON i.id = b.instrument_id
          WHERE i.symbol = '$1' AND b.interval_s = $2 ORDER BY b.ts"
}
# An export in the same words, read by Python.
seen() {
    /usr/bin/python3 - "$1" "$work/out" <<'PYTHON'
import csv, json, struct, sys
form, path = sys.argv[1:]
bits = lambda v: struct.pack(">d", v).hex()
with open(path, newline="") as f:
    if form == "csv":
        rows = list(csv.DictReader(f, strict=True))
        for r in rows:
            numbers = [r["open"], r["high"], r["low"], r["close"], r["volume"]]
            print(r["symbol"], r["ts"], *["-" if n == "" else bits(float(n)) for n in numbers])
    else:
        d = json.load(f)
        assert d["next"] is None and list(d) == ["symbol", "interval", "rows", "next"], d
        for r in d["rows"]:
            assert list(r) == ["ts", "open", "high", "low", "close", "volume"], r
            numbers = [r["open"], r["high"], r["low"], r["close"], r["volume"]]
            print(d["symbol"], r["ts"], *["-" if n is None else bits(float(n)) for n in numbers])
PYTHON
}
same_as_stored() {
    stored "$2" "$3" > "$work/stored"
    seen "$1" > "$work/seen"
    cmp "$work/stored" "$work/seen" && [ -s "$work/seen" ]
}

"$quotemill" instrument add ODD --kind energy --min -100 > "$work/out"
"$quotemill" instrument add MIN/USD --kind crypto --interval 1m > "$work/out"
"$quotemill" instrument add NONE --kind stock > "$work/out"
# what brought the bars
sql "INSERT INTO load (instrument_id, interval_s, kind, request, state, stored_at)
     SELECT id, 86400, 'upload', 'a test', 'stored', now() FROM instrument WHERE symbol = 'ODD'"
# Negative, absent, 17 digits, tiny, huge, whole; then random bits and prices
# of every scale.
sql "INSERT INTO bar
     SELECT i.id, 86400, '2020-04-17Z'::timestamptz + n * interval '1 day', v[1], v[2], v[3], v[4], v[5], 1
       FROM instrument i, (VALUES
            (0, ARRAY[18.27, 18.27, 18.27, 18.27, NULL]),
            (3, ARRAY[-36.98, -36.98, -36.98, -36.98, NULL]),
            (4, ARRAY[0.1 + 0.2::float8, 1/3::float8, 2/3::float8, 12345678.12345679, 0]),
            (5, ARRAY[1e-300, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, 1e15]),
            (6, ARRAY[100000, 999999999999999, 1e22, 123456.5, 1e21]),
            (7, ARRAY['-0'::float8, 0.001, 0.00012, 0.0001, 9007199254740992])) x (n, v)
      WHERE i.symbol = 'ODD'"
sql "INSERT INTO bar
     SELECT i.id, 86400, '1960-01-01Z'::timestamptz + n * interval '1 day',
            round((random() * 10 ^ (n % 9))::numeric, n % 7)::float8, random() * 10 ^ (n % 20 - 10)::float8, random(),
            round((random() * 100000)::numeric, 2)::float8, CASE WHEN n % 3 > 0 THEN floor(random() * 1e9) END, 1
       FROM instrument i, generate_series(1, 15000) n WHERE i.symbol = 'ODD'"
sql "SELECT bar_partitions_ensure('2023-12-31Z', '2024-03-02Z')" > "$work/made"
sql "INSERT INTO bar
     SELECT i.id, 60, ts, 42000 + n * 0.01, 42001 + n * 0.01, 41999, 42000.5, 1.5 + n, 1
       FROM instrument i, generate_series('2023-12-31 22:00Z'::timestamptz, '2024-03-01 02:00Z', '1 minute')
            WITH ORDINALITY AS t (ts, n) WHERE i.symbol = 'MIN/USD'"

# --- every row, every bit -----------------------------------------------------
export_ odd
is 'an export succeeds and says nothing' "$status $(cat "$work/log")" '0 '
is 'its header' "$(head -n 1 "$work/out")" 'symbol,ts,open,high,low,close,volume'
ok 'CSV holds what is stored, bit for bit' same_as_stored csv ODD 86400
is 'a row' "$(grep 2020-04-20 "$work/out")" 'ODD,2020-04-20T00:00:00Z,-36.98,-36.98,-36.98,-36.98,'
is 'odd numbers are short' "$(grep -E '2020-04-2[1-4]' "$work/out" | cut -d, -f3-)" \
    '0.30000000000000004,0.3333333333333333,0.6666666666666666,12345678.12345679,0
1e-300,5e-324,1.7976931348623157e+308,2.2250738585072014e-308,1e+15
100000,999999999999999,1e+22,123456.5,1e+21
-0,0.001,0.00012,1e-04,9007199254740992'
export_ ODD --format json
is 'JSON succeeds' "$status $(cat "$work/log")" '0 '
ok 'JSON holds the same' same_as_stored json ODD 86400
is 'its interval' "$(jq -r .interval "$work/out")" 1d
export_ MIN/USD
ok 'minute bars over the ends of months, in order' same_as_stored csv MIN/USD 60
export_ MIN/USD --interval 1m --format json
ok 'the same as JSON' same_as_stored json MIN/USD 60

# --- ranges -------------------------------------------------------------------
export_ MIN/USD --from 2024-01-31 --to 2024-02-01
is 'both days are meant as a whole' "$(sed -n '2p;$p' "$work/out" | cut -d, -f2) $(wc -l < "$work/out")" \
    '2024-01-31T00:00:00Z
2024-02-01T23:59:00Z 2881'
export_ MIN/USD --from 2024-01-31T23:59:00Z --to '2024-02-01T02:01+02:00'
is 'times are inclusive, with their zone' "$(cut -d, -f2 "$work/out" | xargs)" \
    'ts 2024-01-31T23:59:00Z 2024-02-01T00:00:00Z 2024-02-01T00:01:00Z'
export_ ODD --from 2020-04-18 --to 2020-04-19
is 'an empty range is a header and a word to the person' "$status $(cat "$work/out" "$work/log")" \
    '0 symbol,ts,open,high,low,close,volume
quotemill export: no bars of ODD there'
export_ NONE --format json
is 'no bars as JSON' "$(jq -c . "$work/out")" '{"symbol":"NONE","interval":"1d","rows":[],"next":null}'
export_ ODD MIN/USD --from 2024-01-01 --to 2024-01-01 --interval 1m
is 'several instruments share a header' "$(grep -c symbol "$work/out") $(wc -l < "$work/out")" '1 1441'

# --- what is computed ---------------------------------------------------------
# Exporting mills what is due, so the built hours and their tables are there.
sql "INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts)
     SELECT id, 60, '2023-12-31 22:00Z', '2024-03-01 02:00Z' FROM instrument WHERE symbol = 'MIN/USD'"
export_ MIN/USD --interval 1h --with indicators,features
cp "$work/out" "$work/with.csv"
columns() {
    sql "SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM information_schema.columns
          WHERE table_name = '$1' AND column_name NOT IN ('instrument_id', 'interval_s', 'ts', 'version')"
}
is 'columns of the lists follow' "$status $(head -n 1 "$work/out")" \
    "0 symbol,ts,open,high,low,close,volume,$(columns indicator),$(columns feature)"
psql -Xq --csv -h "$QM_TEST_DB_HOST" -U postgres -d "$database" -c "
    SELECT b.ts AT TIME ZONE 'UTC' AS t, b.open, b.high, b.low, b.close, b.volume, i.*, f.*
      FROM bar b JOIN indicator i USING (instrument_id, interval_s, ts) JOIN feature f USING (instrument_id, interval_s, ts)
     WHERE instrument_id = (SELECT id FROM instrument WHERE symbol = 'MIN/USD') AND interval_s = 3600 ORDER BY 1" > "$work/tables.csv"
ok 'all values are those of the tables, bit for bit' /usr/bin/python3 - "$work/out" "$work/tables.csv" <<'PYTHON'
import csv, struct, sys
seen, stored = (list(csv.DictReader(open(path))) for path in sys.argv[1:])
bits = lambda v: "-" if v == "" else struct.pack(">d", float(v))
assert len(seen) == len(stored) > 1000, (len(seen), len(stored))
for s, t in zip(seen, stored):
    assert s.pop("symbol") == "MIN/USD" and s.pop("ts").replace("T", " ").rstrip("Z") == t["t"], (s, t)
    assert len(s) > 50 and all(bits(v) == bits(t[name]) for name, v in s.items()), (s, t)
assert seen[300]["sma_200"] != "" and seen[0]["sma_20"] == ""
PYTHON
is 'imported again, columns that were computed are passed over' \
    "$("$quotemill" import --json "$work/with.csv" 2> "$work/log" | jq -c '[.format, .new, .same, .changed, .refused]')" \
    "[\"quotemill\",0,$(($(wc -l < "$work/with.csv") - 1)),0,0]"
export_ MIN/USD --interval 1h --with indicators --format json
is '... and from JSON' "$("$quotemill" import --json "$work/out" 2> "$work/log" | jq -c '[.new, .same, .changed, .refused]')" \
    "[0,$(($(wc -l < "$work/with.csv") - 1)),0,0]"
export_ MIN/USD --with rsi_14,vwap,hour
cp "$work/out" "$work/minutes.csv"
is 'names of single ones, in the order of the lists' "$(head -n 1 "$work/out")" \
    'symbol,ts,open,high,low,close,volume,rsi_14,vwap,hour'
export_ MIN/USD --with hour,vwap,rsi_14 --from 2024-02-10
is 'a range has the values of the whole history' "$(tail -n +2 "$work/out" | md5sum)" \
    "$(sed -n '/,2024-02-10T00:00:00Z,/,$p' "$work/minutes.csv" | md5sum)"
export_ MIN/USD --interval 1d --format json --with features
is 'JSON has them, too, with their version' \
    "$(jq -c '[.version, (.rows[1] | .hour, .return_1 == .close / 42000.5 - 1), .rows[-1].partial]' "$work/out")" \
    '[1,0,true,true]'

# --- as of a moment -----------------------------------------------------------
moment=$(sql "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
export_ MIN/USD --interval 1h --with indicators,features --as-of "$moment"
is 'as of now is what is stored' "$status $(md5sum < "$work/out")" "0 $(md5sum < "$work/with.csv")"
cat > "$work/mend.csv" <<'CSV'
symbol,ts,open,high,low,close,volume
MIN/USD,2024-01-15T12:30:00Z,50000,60000,40000,55000,7
CSV
"$quotemill" import "$work/mend.csv" --interval 1m > "$work/log" 2>&1
export_ MIN/USD --interval 1h --with indicators,features
ok 'a corrected minute changes what depends on it' test "$(md5sum < "$work/out")" != "$(md5sum < "$work/with.csv")"
is '... from its hour on' "$(diff "$work/with.csv" "$work/out" | grep -m 1 '^>' | cut -d, -f2)" 2024-01-15T12:00:00Z
export_ MIN/USD --interval 1h --with indicators,features --as-of "$moment"
is '... and nothing as of before' "$(md5sum < "$work/out")" "$(md5sum < "$work/with.csv")"
export_ MIN/USD --interval 1h --format json --as-of "$moment"
is 'JSON says as of when' "$(jq -r .as_of "$work/out")" "$moment"
"$quotemill" import --undo "$(sql "SELECT max(id) FROM load WHERE kind = 'upload'")" > "$work/log" 2>&1
export_ MIN/USD --interval 1h --with indicators,features
is 'undone, all is as it was' "$(md5sum < "$work/out")" "$(md5sum < "$work/with.csv")"

# --- mistakes -----------------------------------------------------------------
for case in '' 'ODD --interval 2d' 'ODD --from yesterday' 'ODD --from 2024-02-02 --to 2024-02-01' 'ODD --format xml' \
    'ODD --with sma' 'ODD --as-of never' \
    'ODD --nonsense' 'ODD --output /nowhere/at/all'; do
    # shellcheck disable=SC2086
    export_ $case
    case $case in *output*) wanted=1 ;; *) wanted=2 ;; esac
    is "export $case: exit and no output" "$status $(wc -c < "$work/out")" "$wanted 0"
done
export_ ODD NOPE
is 'an unknown instrument writes nothing' "$status $(wc -c < "$work/out")" '1 0'
like 'and is named' "$(cat "$work/log")" 'NOPE'

# --- files and pipes ----------------------------------------------------------
echo old > "$work/there.csv"
export_ NOPE --output "$work/there.csv"
is 'a failed export leaves the file as it was' "$(cat "$work/there.csv")" old
export_ ODD --output "$work/there.csv"
is 'output into a file' "$status $(wc -c < "$work/out")" '0 0'
export_ ODD
ok 'is the same as to a pipe' cmp "$work/out" "$work/there.csv"
is 'nothing else is left beside it' "$(find "$work" -name 'there*' | wc -l)" 1
ln -s there.csv "$work/link.csv"
export_ ODD --from 2020-04-20 --to 2020-04-20 --output "$work/link.csv"
is 'a link is written through' "$(readlink "$work/link.csv") $(tail -n 1 "$work/there.csv")" \
    'there.csv ODD,2020-04-20T00:00:00Z,-36.98,-36.98,-36.98,-36.98,'
"$quotemill" export MIN/USD 2> "$work/log" | head -n 1 > "$work/out"
is 'a reader who has had enough ends it quietly' "${PIPESTATUS[0]} $(cat "$work/log")" '0 '
if [ -e /dev/full ]; then
    status=0
    "$quotemill" export ODD > /dev/full 2> "$work/log" || status=$?
    is 'a full disk is a failure' "$status" 1
    like 'that is named' "$(cat "$work/log")" 'cannot write standard output: No space left'
fi

# --- and back -----------------------------------------------------------------
# Bars that validation lets pass, with every kind of odd number.
"$quotemill" instrument add BACK --kind crypto --min -100 > "$work/out"
sql "DELETE FROM bar WHERE instrument_id = (SELECT id FROM instrument WHERE symbol = 'ODD');
     INSERT INTO bar
     SELECT i.id, 86400, '1990-01-01Z'::timestamptz + n * interval '1 day', o, greatest(o, c) * 1.5, least(o, c) / 3, c,
            CASE WHEN n % 3 > 0 THEN floor(random() * 1e9) * 10.0 ^ -(n % 12) END, 1
       FROM instrument i, generate_series(1, 3000) n,
            LATERAL (SELECT random() * 10 ^ (n % 9) AS o, round((random() * 10 ^ (n % 9) + 1)::numeric, n % 7)::float8 AS c) x
      WHERE i.symbol = 'BACK';
     INSERT INTO bar
     SELECT i.id, 86400, v.ts, v.p, v.p, v.p, v.p, v.volume, 1
       FROM instrument i, (VALUES ('2020-04-20Z'::timestamptz, -36.98::float8, NULL::float8), ('2020-04-21Z', 1e-300, 0),
                                  ('2020-04-22Z', 0.1 + 0.2::float8, 1e-300), ('2020-04-23Z', 1/3::float8, 1e22),
                                  ('2020-04-24Z', 4503599627370497.5, NULL)) v (ts, p, volume)
      WHERE i.symbol = 'BACK'"
checksum() {
    sql "SELECT count(*), md5(string_agg(concat_ws(' ', instrument_id, interval_s, ts, encode(float8send(open), 'hex'),
                encode(float8send(high), 'hex'), encode(float8send(low), 'hex'), encode(float8send(close), 'hex'),
                coalesce(encode(float8send(volume), 'hex'), '-')), '' ORDER BY instrument_id, interval_s, ts))
           FROM bar WHERE load_id NOT IN (SELECT id FROM load WHERE kind = 'derived')"
}
# quotemill import FILES: [new, same, changed, refused] of each file
import_() {
    "$quotemill" import --json "$@" 2> "$work/log" | jq -c '[.new, .same, .changed, .refused]' | xargs
}
before=$(checksum)
days=$(stored BACK 86400 | wc -l) minutes=$(stored MIN/USD 60 | wc -l)
for format in csv json; do
    "$quotemill" export BACK --format $format --output "$work/back.$format"
    "$quotemill" export MIN/USD --format $format --output "$work/minutes.$format"
    is "$format over what is stored: all the same" "$(import_ "$work/back.$format" "$work/minutes.$format")" \
        "[0,$days,0,0] [0,$minutes,0,0]"
    sql 'TRUNCATE bar'
    is "$format into an empty table: all new" "$(import_ "$work/back.$format" "$work/minutes.$format")" \
        "[$days,0,0,0] [$minutes,0,0,0]"
    is "$format: what was exported is back, bit for bit" "$(checksum)" "$before"
done
"$quotemill" export BACK MSFT --from 2020-04-20 --to 2020-04-24 --output "$work/week.csv"
gzip -c "$work/week.csv" > "$work/week.csv.gz"
is 'a packed week' "$(import_ "$work/week.csv.gz")" '[0,5,0,0]'
"$quotemill" export MIN/USD --from 2024-02-01 --to 2024-02-01 | head -n 1000 > "$work/part.csv"
sql "DELETE FROM bar WHERE interval_s = 60 AND ts BETWEEN '2024-02-01 10:00Z' AND '2024-02-01 10:09Z'"
is 'a part of a file mends a hole' "$(import_ "$work/part.csv")" '[10,989,0,0]'
is 'and all is as it was' "$(checksum)" "$before"
done_testing
