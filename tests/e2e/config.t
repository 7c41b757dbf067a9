#!/bin/bash
# Settings: all mistakes at once, exit 2, before anything else is done.
. "$(dirname "$0")/../lib/tap.sh"
quotemill=${QM_BIN:-bin}/quotemill
work=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-config.XXXXXX")
trap 'rm -rf "$work"' EXIT
export QM_VAR=$work
unset QM_DB_WORKER QM_FETCH_PARALLEL QM_LEASE_S QM_NOW

cat > "$work/quotemill.env" <<'ENV'
# a comment
QM_FETCH_PARALLEL=12
QM_DB_WORKER="host=/nowhere dbname=x password=secret1 user=w"
ENV
out=$("$quotemill" check-config)
is 'good settings: exit 0' "$?" 0
like 'a value of the file, with its source' "$out" "from $work/quotemill.env
QM_FETCH_PARALLEL=12"
like 'a default' "$out" 'from default
QM_LEASE_S=60'
like 'the environment is stronger' "$(QM_FETCH_PARALLEL=5 "$quotemill" check-config)" 'from environment
QM_FETCH_PARALLEL=5'
ok 'no password is printed' grep -q 'password=\*\*\* user=w' <<< "$out"
is 'not even in part' "$(grep -c secret1 <<< "$out")" 0

cat >> "$work/quotemill.env" <<'ENV'
QM_LEASE_S=1
QM_NOW=yesterday
QM_COOKIE_SECURE=perhaps
QM_FETCH_ATTEMPTS=many
ENV
for command in 'check-config' 'run' 'tick' 'work' 'status' 'instrument list'; do
    status=0
    # shellcheck disable=SC2086
    out=$("$quotemill" $command 2>&1) || status=$?
    is "$command with wrong settings: exit 2" "$status" 2
    for name in QM_LEASE_S QM_NOW QM_COOKIE_SECURE QM_FETCH_ATTEMPTS; do
        like "$command names $name" "$out" "$name"
    done
done
status=0
"$quotemill" nonsense > "$work/out" 2>&1 || status=$?
is 'an unknown command: exit 2' "$status" 2
is 'help is there all the same' "$("$quotemill" run --help | head -n 1)" 'usage: quotemill run [OPTION]...'
for command in run tick work status check-config instrument; do
    ok "$command has --help" "$quotemill" "$command" --help
done

printf 'QM_DB_WORKER=host=%s/none dbname=x\n' "$work" > "$work/quotemill.env"
status=0
out=$("$quotemill" status 2>&1) || status=$?
is 'no database: exit 1' "$status" 1
like 'with words' "$out" '^quotemill status: '
done_testing
