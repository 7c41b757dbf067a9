#!/bin/bash
# Each fuzz target for a fixed number of inputs, beginning with those that
# tests/fuzz/NAME.seeds makes, where there is one.
. "$(dirname "$0")/../lib/tap.sh"
runs=${QM_FUZZ_RUNS:-5000}

mkdir -p build/log
make -s asan >/dev/null 2>build/log/fuzz.err || bail "make asan fails"
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT

fuzz() {
    local name=$1
    mkdir "$corpus/$name"
    [ ! -x "tests/fuzz/$name.seeds" ] || "tests/fuzz/$name.seeds" "$corpus/$name"
    (
        cd "$corpus"
        timeout 240 "$root/build/asan/bin/$name" -runs="$runs" -seed=1 \
            -max_len=20000 -timeout=10 -rss_limit_mb=1024 -verbosity=0 \
            -print_final_stats=0 "$corpus/$name"
    )
}

for target in tests/fuzz/*.c; do
    name=$(basename "$target" .c)
    ok "$name: $runs inputs, nothing found" fuzz "$name"
done
done_testing
