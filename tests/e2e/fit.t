#!/bin/bash
# quotemill fit: a model on a CSV file, checked against numpy; its mistakes
# name line and column.
. "$(dirname "$0")/../lib/tap.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-fit.XXXXXX")
trap 'rm -rf "$work"' EXIT
qm() { "${QM_BIN:-bin}/quotemill" "$@"; }
outcome() {
    local out rc=0
    out=$(qm "$@" 2>&1) || rc=$?
    echo "$out ($rc)"
}
csv() { printf "$1" > "$work/in.csv"; } # text with \n and the like
fit_xy() { outcome fit "$work/in.csv" --target y --input x "$@"; }

# A wide spread of sizes, some noise, some outliers.
awk 'BEGIN {
    srand(7)
    print "id,small,large,word,y"
    for (i = 0; i < 4000; i++) {
        s = rand() * 1e-6; l = 5e8 + 1e8 * rand()
        y = 3 + 2e6 * s - 4e-8 * l + 0.3 * (rand() + rand() - 1) + (i % 50 == 0 ? 40 : 0)
        printf "%d,%.17g,%.17g,w%d,%.17g\n", i, s, l, i, y
    }
}' > "$work/rows.csv"

numpy_differs() { # METHOD OPTION...
    qm fit "$work/rows.csv" --target y --input small --input large --json --method "$@" > "$work/fit.json" || return
    /usr/bin/python3 - "$work/rows.csv" "$work/fit.json" "$@" <<'PYTHON'
import csv, json, sys
import numpy as np
rows = list(csv.DictReader(open(sys.argv[1])))
fit = json.load(open(sys.argv[2]))
method = sys.argv[3]
ones = "--no-intercept" not in sys.argv
x = np.array([[1.0] * ones + [float(r["small"]), float(r["large"])] for r in rows])
y = np.array([float(r["y"]) for r in rows])
n, p = x.shape
about = (lambda v: v - v.mean(axis=0)) if ones else (lambda v: v)
names = ["intercept"] * ones + ["small", "large"]
scale = np.linalg.norm(x, axis=0)
def solve(a, b):
    return np.linalg.lstsq(a / scale, b, rcond=None)[0] / scale
b = solve(x, y)
left = y - x @ b
errors = np.sqrt(np.diag(np.linalg.inv((x / scale).T @ (x / scale))) / scale**2
                 * (left @ left) / (n - p))
if method == "ridge":
    lam = float(sys.argv[sys.argv.index("--lambda") + 1])
    c = np.linalg.norm(about(x), axis=0)
    if ones:
        c[0] = 0
    b = solve(np.vstack([x, np.sqrt(lam) * np.diag(c)]), np.concatenate([y, np.zeros(p)]))
    errors = None
if method == "huber":
    from math import erfc, exp, pi, sqrt
    k = 1.345
    beta = 1 - erfc(k / sqrt(2)) - 2 * k * exp(-k * k / 2) / sqrt(2 * pi) + k * k * erfc(k / sqrt(2))
    sigma = sqrt(left @ left / (n - p))
    for _ in range(1000):
        left = y - x @ b
        psi = np.clip(left, -k * sigma, k * sigma)
        w = np.sqrt(np.where(left == 0, 1, psi / left))
        b = solve(x * w[:, None], y * w)
        sigma = sqrt((psi @ psi) / ((n - p) * beta))
    share = np.mean(np.abs(left) <= k * sigma)
    kappa = 1 + p / n * (1 - share) / share
    errors = np.sqrt(np.diag(np.linalg.inv((x / scale).T @ (x / scale)))) / scale \
        * kappa / share * sqrt(psi @ psi / (n - p))
left = y - x @ b
want = list(b) + [1 - left @ left / (about(y) @ about(y)), np.sqrt(left @ left / n), n]
got = [fit["coefficients"][k] for k in names] + [fit["r2"], fit["rmse"], fit["rows"]]
if errors is not None:
    want += list(errors)
    got += [fit["std_errors"][k] for k in names]
print("%.0e" % max(abs(g - w) / abs(w) for g, w in zip(got, want)))
PYTHON
}

if /usr/bin/python3 -c 'import numpy' 2> /dev/null; then
    # method | largest difference that iterations leave
    while read -r method limit; do
        differs=$(numpy_differs ${method//@/ })
        ok "numpy agrees on $method (differs by $differs)" \
            awk -v d="${differs:-1}" -v l="$limit" 'BEGIN { exit !(d <= l) }'
    done <<'METHODS'
ols 1e-9
ols@--no-intercept 1e-9
ridge@--lambda@0.3 1e-9
ridge@--lambda@0.3@--no-intercept 1e-9
huber 1e-7
huber@--no-intercept 1e-7
METHODS
else
    skip 'numpy agrees' 'python3-numpy is not there'
fi

csv 'x,y\n1,3\n2,5\n3,7\n4,9\n'
is 'JSON has what the design says' "$(qm fit "$work/in.csv" --target y --input x --json |
    jq -c '[keys_unsorted, .coefficients, .rows, .skipped]')" \
    '[["coefficients","std_errors","r2","rmse","condition","rows","skipped","method"],{"intercept":1,"x":2},4,0]'
like 'text names target, method and rows' "$(fit_xy)" 'ols of y on 4 rows.*R2 1\.0.*\(0\)'

same='{"intercept":1,"x":2}'
xy() { qm fit "$work/in.csv" --target y --input x --json | jq -c '.coefficients | map_values(. * 1e9 | round / 1e9)'; }
csv '\xEF\xBB\xBFx,y\r\n1,3\r\n2,5\r\n3,7\r\n4,9'
is 'BOM, CRLF and a missing last line end read' "$(xy)" "$same"
csv '"x","a ""note"", long","y"\n"1","two\nlines","3"\n 2 ,, 5\n3,,7\n4,,9\n'
is 'quoted fields and blanks around numbers read' "$(xy)" "$same"
csv 'x,y\n1,3\n,4\n2,5\n\n3,7\n9, \n4,9\n'
is 'rows with an empty value are left out' "$(xy)" "$same"
is 'and counted, blank lines are not' "$(qm fit "$work/in.csv" --target y --input x --json | jq -c '[.rows, .skipped]')" '[4,2]'
like 'in words too' "$(fit_xy)" '2 rows left out for an empty value'

# file | what is said | options
while IFS='|' read -r text words options; do
    csv "$text"
    # shellcheck disable=SC2086
    like "says: $words" "$(fit_xy $options)" "$words.*\(1\)$"
done <<'CASES'
x,y\n1,3\n2,abc\n|line 3, column y: "abc" where a number
x,y\n1,3\n2,1e999\n|line 3, column y: "1e999"
x,y\n1,3\nnan,4\n|line 3, column x: "nan"
x,y\n"1\n",3\n|line 2, column x
x,y\n1,3\n2\n|line 3: 1 field, but the header has 2
x,y\n1,"3\n|line 2: a quoted field is never closed
x,y\n1,"3"4\n|line 2: text follows the closing quote
a,b\n1,2\n|line 1: no column named x; the file has: a, b
x,x,y\n1,2,3\n|line 1: more than one column named x
|the file is empty
x,y\n|0 usable rows, at least 2
x,y\n,1\n|every row lacks a value
x,y\n1,2\n|1 usable rows, at least 2
x,y\n1,2\n1,3\n1,4\n|input x is the same in every row
x,y\n0,2\n0,3\n|input x is zero in every row|--no-intercept
CASES
csv 'x,y,z\n1,3,2\n2,5,4\n3,7,6\n4,8,8\n'
like 'dependent inputs are refused with the condition number' "$(fit_xy --input z)" \
    'condition number (inf|[0-9.]+e\+1[0-9]).*\(1\)'

like 'a missing file is named' "$(outcome fit /nonexistent.csv --target y --input x)" 'nonexistent.csv.*\(1\)'
like 'a column named twice is wrong usage' "$(fit_xy --input y)" 'named twice.*\(2\)'
like 'so is ridge without lambda' "$(fit_xy --method ridge)" 'lambda.*\(2\)'
like 'and lambda without ridge' "$(fit_xy --lambda 1)" 'lambda.*\(2\)'
like 'and lambda below zero' "$(fit_xy --method ridge --lambda -1)" '\(2\)'
like 'and an unknown method' "$(fit_xy --method lasso)" 'lasso.*\(2\)'
like 'and no target' "$(outcome fit "$work/in.csv" --input x)" 'target.*\(2\)'
like 'and no file' "$(outcome fit --target y --input x)" 'CSV file.*\(2\)'
like 'help is there' "$(outcome fit --help)" '^usage: quotemill fit.*\(0\)'
csv 'intercept,y\n1,3\n2,5\n3,8\n'
like 'a column named intercept needs --no-intercept' \
    "$(outcome fit "$work/in.csv" --target y --input intercept)" 'no-intercept.*\(2\)'
like 'with which it works' \
    "$(outcome fit "$work/in.csv" --target y --input intercept --no-intercept)" 'ols of y.*\(0\)'

# Memory does not grow with the file: most kilobytes that were resident.
awk 'BEGIN { print "x,y"; for (i = 0; i < 2000000; i++) print i % 1000 "." i "," 2 * i }' > "$work/big.csv"
peak_kib() {
    /usr/bin/python3 - "${QM_BIN:-bin}/quotemill" "$@" <<'PYTHON'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PYTHON
}
if [ -x /usr/bin/python3 ]; then
    for method in ols huber; do
        peak=$(peak_kib fit "$work/big.csv" --target y --input x --method $method)
        ok "$method on $(du -m "$work/big.csv" | cut -f1) MB takes ${peak:-?} KiB of memory" \
            test "${peak:-999999}" -lt 24000
    done
else
    skip 'memory does not grow with the file' 'python3 is not there'
fi
done_testing
