#!/bin/bash
# Models from providers to coefficients: what is fitted equals numpy's solution
# of the same rows; worse candidates are refused and shown; rolling back works.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/pipeline.sh

export QM_NOW=2025-11-13T22:30:00Z
pipeline_start
qm() { "${QM_BIN:-bin}/quotemill" "$@"; }
three=(--instrument BTC-USD --instrument MSTR --instrument MNAV)
versions() { sql "SELECT string_agg(version || ' ' || state, ', ' ORDER BY version) FROM model_version"; }
said() { jq -r '.steps[] | select(.step == "retrain").sources[0].detail' "$work/$1.json"; }
# The model's own rows, through the view that users have.
rows() { sql 'COPY (SELECT * FROM mstr_historical_data ORDER BY date) TO STDOUT CSV HEADER'; }
# stdout and exit status of a command, "text (status)"
outcome() {
    local out rc=0
    out=$(qm "$@" 2>&1) || rc=$?
    echo "$out ($rc)"
}
# Largest relative difference of coefficients and quality from numpy's.
numpy_differs() {
    /usr/bin/python3 - "$work/rows.csv" "$work/model.json" <<'PYTHON'
import csv, json, sys
import numpy as np
rows = list(csv.DictReader(open(sys.argv[1])))
model = json.load(open(sys.argv[2]))
version = next(v for v in model["versions"] if v["version"] == model["version"])
x = np.array([[1, float(r["btc_price"]), float(r["mnav"])] for r in rows])
y = np.array([float(r["mstr_price"]) for r in rows])
b, _, _, _ = np.linalg.lstsq(x, y, rcond=None)
left = y - x @ b
rss = left @ left
want = list(b) + list(np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * rss / (len(y) - 3)))
want += [1 - rss / ((y - y.mean()) ** 2).sum(), np.sqrt(rss / len(y)),
         np.linalg.cond(x / np.linalg.norm(x, axis=0)), len(y)]
names = ["intercept", "btc_price", "mnav"]
got = [model["coefficients"][n] for n in names] + [model["std_errors"][n] for n in names]
got += [version["r2"], version["rmse"], version["condition"], version["rows"]]
cut = len(y) - version["holdout_rows"]
b, _, _, _ = np.linalg.lstsq(x[:cut], y[:cut], rcond=None)
left = y[cut:] - x[cut:] @ b
want += [np.sqrt(left @ left / len(left)),
         1 - left @ left / ((y[cut:] - y[cut:].mean()) ** 2).sum()]
got += [version["holdout_rmse"], version["holdout_r2"]]
print("%.0e" % max(abs(g - w) / abs(w) for g, w in zip(got, want)))
PYTHON
}

is 'a run fetches, stores and fits' \
    "$(run first "${three[@]}" --mode full_refresh; echo "$status")" 0
is 'the first version is active' "$(versions)" '1 active'
qm model show mstr --json > "$work/model.json"
rows > "$work/rows.csv"
is 'it was fitted on every row of the view' \
    "$(jq .versions[0].rows "$work/model.json")" "$(($(wc -l < "$work/rows.csv") - 1))"
is 'a fifth of the rows, exactly, was held out' \
    "$(jq '.versions[0] | (.rows / 5 | floor) - .holdout_rows' "$work/model.json")" 0
if /usr/bin/python3 -c 'import numpy' 2> /dev/null; then
    differs=$(numpy_differs)
    ok "numpy agrees to 1e-9 (differs by $differs)" \
        awk -v d="$differs" 'BEGIN { exit !(d <= 1e-9) }'
else
    skip 'numpy agrees to 1e-9' 'python3-numpy is not there'
fi
qm fit "$work/rows.csv" --target mstr_price --input btc_price --input mnav --json > "$work/fit.json"
is 'quotemill fit on the same rows as CSV says the same' \
    "$(jq -c '[.coefficients[]] | map(. * 1e6 | round)' "$work/fit.json")" \
    "$(jq -c '[.coefficients[]] | map(. * 1e6 | round)' "$work/model.json")"

computed=$(sql 'SELECT count(*) FROM indicator')
sql 'INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts)
     SELECT instrument_id, interval_s, min(ts), max(ts) FROM indicator GROUP BY 1, 2;
     DELETE FROM indicator'
qm retrain --json > "$work/again.json" 2> "$work/again.log"
is 'retraining mills first what models may read' "$(sql 'SELECT count(*) FROM indicator')" "$computed"
is 'retraining again is a run with one step' \
    "$(jq -c '[.state, [.steps[].step]]' "$work/again.json")" '["succeeded",["retrain"]]'
like 'that finds nothing new' "$(said again)" '^nothing new: version 1'
is 'and writes nothing' "$(versions)" '1 active'

QM_NOW=2025-11-20T22:30:00Z
run next "${three[@]}"
is 'new days make a new version' "$(versions)" '1 retired, 2 active'

before=$(sql 'SELECT * FROM model_coefficients')
sql "UPDATE bar SET close = 40000 + 30000 * sin(extract(epoch FROM ts) / 86400 * 4.1)
      WHERE ts < '2024-06-01Z' AND instrument_id = (SELECT id FROM instrument WHERE symbol = 'BTC-USD')"
qm retrain --json > "$work/worse.json" 2> "$work/worse.log"
is 'a worse candidate is refused' "$(versions)" '1 retired, 2 active, 3 refused'
like 'the run says why' "$(said worse)" '^version 3 was refused: .*RMSE on the hold-out'
is 'what answers stays' "$(sql 'SELECT * FROM model_coefficients')" "$before"
like 'the scorecard shows it' "$(qm model show mstr --version 3)" 'FAILED +rmse'
qm retrain --json > "$work/once.json" 2> "$work/once.log"
like 'it is not fitted again on the same data' "$(said once)" '^nothing new: version 3 \(refused\)'

like 'a refused version is not activated by mistake' "$(outcome model activate mstr 3)" \
    'add --even-refused and --why TEXT.*\(1\)'
like 'nor without a reason' "$(outcome model activate mstr 3 --even-refused)" '\(2\)'
is 'rolling back takes one command' "$(outcome model activate mstr 1 --why 'BTC looks odd')" \
    'Version 1 of model mstr is active now. (0)'
is 'and is on record' "$(sql 'SELECT action, object, before, after FROM audit_log')" \
    'model.activate|model:mstr|{"version": 2}|{"was": "retired", "why": "BTC looks odd", "version": 1}'
is 'the list shows both' "$(qm model list --json | jq -c '.[0] | [.active, .newest, .newest_state]')" \
    '[1,3,"refused"]'
is 'a refused version can be taken on purpose' \
    "$(outcome model activate mstr 3 --even-refused --why 'I know')" \
    'Version 3 of model mstr is active now. (0)'

like 'an unknown model is named' "$(outcome model show nope)" 'nope.*\(1\)'
like 'an unknown version too' "$(outcome model activate mstr 99)" 'no version 99.*\(1\)'
like 'a version is a number' "$(outcome model activate mstr first)" 'first.*\(2\)'
like 'a verb is needed' "$(outcome model)" 'list, show, activate.* is expected.*\(2\)'
like 'model has help' "$(outcome model --help)" '^usage: quotemill model.*\(0\)'
like 'retrain has help' "$(outcome retrain --help)" '^usage: quotemill retrain.*\(0\)'
like 'retrain takes no words' "$(outcome retrain mstr)" '\(2\)'
done_testing
