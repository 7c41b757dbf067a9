# TAP for bash tests; sourced. Sets root (the checkout) and goes there.
#
# ok WORDS COMMAND...      one test: does COMMAND succeed
# is WORDS GOT WANTED      one test: are the texts equal
# like WORDS GOT REGEX     one test: does GOT match the extended expression
# done_testing             the plan, and exit 1 when something failed
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$root" || exit 1
tap_n=0 tap_failed=0

diag() {
    printf '%s\n' "$*" | sed 's/^/# /' >&2
}

skip_all() {
    echo "1..0 # SKIP $*"
    exit 0
}

bail() {
    echo "Bail out! $*"
    exit 1
}

pass() {
    tap_n=$((tap_n + 1))
    echo "ok $tap_n - $1"
}

fail() {
    tap_n=$((tap_n + 1)) tap_failed=$((tap_failed + 1))
    echo "not ok $tap_n - $1"
    [ -z "${2:-}" ] || diag "$2"
}

skip() {
    tap_n=$((tap_n + 1))
    echo "ok $tap_n - $1 # SKIP $2"
}

ok() {
    local words=$1 out
    shift
    if out=$("$@" 2>&1); then
        pass "$words"
    else
        fail "$words" "$(printf '%s\n' "$out" | tail -n 60)"
    fi
}

is() {
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:    $2
wanted: $3"; fi
}

like() {
    if [[ $2 =~ $3 ]]; then pass "$1"; else fail "$1" "got:    $2
wanted: something like $3"; fi
}

done_testing() {
    echo "1..$tap_n"
    [ $tap_failed -eq 0 ] || exit 1
    exit 0
}
