#!/bin/bash
# Retraining against the binary COPY of the same training rows to nowhere, in
# one run on one cluster. Prints the ratio of their times (median of the
# rounds): 1.00 is as fast, less is faster. First the rows/s of the QR alone.
#
#   bench/retrain.sh [ROWS [INPUTS [ROUNDS]]]
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-100000}
inputs=${2:-20}
rounds=${3:-3}

build/bench/qr
tmp=$(mktemp -d)
chmod 711 "$tmp"
trap 'scripts/pg-cluster stop "$tmp/pg"; rm -rf "$tmp"' EXIT
scripts/pg-cluster start "$tmp/pg" "$tmp/run" --fast
scripts/schema deploy "$tmp/run" quotemill
export QM_VAR=$tmp QM_DB_WORKER="host=$tmp/run dbname=quotemill user=quotemill_worker"
export QM_NOW=2026-01-01T00:00:00Z QM_ARCHIVE_DIR=$tmp QM_LOG_LEVEL=3

sql() {
    psql -XAtq -h "$tmp/run" -U postgres -d quotemill -v ON_ERROR_STOP=1 "$@"
}
median() {
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
ms() {
    local began
    began=$(date +%s%N)
    "$@"
    echo $((($(date +%s%N) - began) / 1000000)) >&3
}
copy_to_nowhere() {
    { echo "SET qm.p1 = '$(sql -c "SELECT array_agg(id ORDER BY symbol = 'BENCH0', id) FROM instrument WHERE symbol LIKE 'BENCH%'")';"
      echo "SET qm.p2 = '3600';"
      cat sql/queries/model_rows_copy.sql; } | sql >/dev/null
}
retrain() {
    sql -c "UPDATE bar SET close = close + 1 WHERE ts = '2000-01-01Z'"
    bin/quotemill retrain >/dev/null
}

sql <<SQL
UPDATE model SET enabled = false;
INSERT INTO instrument (symbol, title, kind, calendar, interval_s)
SELECT 'BENCH' || n, 'bench', 'index', '24x7', 3600 FROM generate_series(0, $inputs) n;
INSERT INTO bar (instrument_id, interval_s, ts, open, high, low, close, load_id)
SELECT i.id, 3600, '2000-01-01Z'::timestamptz + h * interval '1 hour', 1, 1, 1,
       CASE i.symbol WHEN 'BENCH0' THEN h * 0.01 + 50 * sin(h) ELSE 100 + 50 * sin(h * sqrt(i.id)) + h * 0.001 * (i.id % 7) END, 1
  FROM instrument i, generate_series(0, $rows - 1) h WHERE i.symbol LIKE 'BENCH%';
INSERT INTO model (name, title, target_id, interval_s, min_r2)
SELECT 'bench', 'bench', id, 3600, 0 FROM instrument WHERE symbol = 'BENCH0';
INSERT INTO model_input (model_id, position, name, instrument_id)
SELECT m.id, row_number() OVER (ORDER BY i.id), lower(i.symbol), i.id
  FROM model m, instrument i WHERE m.name = 'bench' AND i.symbol LIKE 'BENCH%' AND i.symbol <> 'BENCH0';
SQL
sql -c 'VACUUM ANALYZE bar'
for ((round = 0; round < rounds; round++)); do
    ms copy_to_nowhere 3>>"$tmp/copy"
    ms retrain 3>>"$tmp/retrain"
done
fitted=$(sql -c "SELECT count(*) FROM model_version")
[ "$fitted" -eq "$rounds" ] || { echo "retrain.sh: $fitted of $rounds fits" >&2; exit 1; }
base=$(median <"$tmp/copy") got=$(median <"$tmp/retrain")
printf '%d rows x %d inputs: COPY to nowhere %d ms, retrain %d ms  %5.2f x\n' \
    "$rows" "$inputs" "$base" "$got" "$(awk "BEGIN { print $got / $base }")"
