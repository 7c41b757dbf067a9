#!/bin/bash
# Each change of the schema can be deployed, verified, taken back (also when
# there is data) and deployed again.
# shellcheck disable=SC2016 # the script in quotes expands for itself
set -uo pipefail
if [ -z "${QM_TEST_DB_HOST:-}" ]; then
    echo "1..0 # SKIP QM_TEST_DB_HOST is not set (see scripts/test-db)"
    exit 0
fi
root=$(cd "$(dirname "$0")/../.." && pwd)
name=qm_changes_$$
sql() {
    psql -XAtq -h "$QM_TEST_DB_HOST" -U postgres -d "$name" -v ON_ERROR_STOP=1 "$@"
}
trap 'dropdb -h "$QM_TEST_DB_HOST" -U postgres --force --if-exists $name' EXIT

n=0
ok() { # WORDS COMMAND...
    local words=$1
    shift
    n=$((n + 1))
    if out=$("$@" 2>&1); then
        echo "ok $n - $words"
    else
        echo "not ok $n - $words"
        printf '%s\n' "$out" | sed 's/^/# /'
    fi
}
is() {
    [ "$1" = "$2" ] || {
        printf 'got:      %s\nexpected: %s\n' "$1" "$2"
        return 1
    }
}
schema() {
    "$root/scripts/schema" "$1" "$QM_TEST_DB_HOST" "$name"
}
# What the change left in the database, but sqitch's own tables.
shape() {
    sql -c "SELECT count(*), md5(string_agg(x, E'\n' ORDER BY x)) FROM (
        SELECT format('%s %s', c.oid::regclass, array_to_string(array(SELECT a::text FROM unnest(c.relacl) a ORDER BY 1), ',')) AS x
          FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('%s.%s %s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attnum)
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('%s %s', oid::regprocedure, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS s"
}

ok "every change has a verify and a revert script" bash -c '
    cd "$1/sql"
    for change in $(sed -n "s/^\([a-z][a-z_]*\) .*/\1/p" sqitch.plan); do
        [ -f deploy/$change.sql ] && [ -f verify/$change.sql ] && [ -f revert/$change.sql ] || { echo "$change"; exit 1; }
    done' sh "$root"
ok "a fresh database is deployed" schema deploy
ok "each change is verified" schema verify
first=$(shape)
ok "deploying again changes nothing" schema deploy
ok "the shape is the same" is "$(shape)" "$first"
ok "there is data of every kind" sql -c "
    SELECT bar_partitions_ensure('2024-01-01Z', '2024-02-01Z');
    INSERT INTO run (mode, trigger, requested_by, lane, steps) VALUES ('backfill', 'cli', 'x', 2, '{fetch}');
    INSERT INTO step (run_id, seq, kind) VALUES (1, 1, 'fetch');
    INSERT INTO step_source (step_id, source, instrument_id) VALUES (1, 'BTC-USD', 1);
    INSERT INTO load (run_id, instrument_id, interval_s, kind, provider, request) VALUES (1, 1, 60, 'provider', 'binance', '/');
    INSERT INTO bar VALUES (1, 60, '2024-01-01Z', 1, 1, 1, 1, 1, 1), (1, 86400, '2024-01-01Z', 1, 1, 1, 1, 1, 1);
    INSERT INTO quarantine (load_id, instrument_id, interval_s, rule, severity, field, value, expected, raw)
        VALUES (1, 1, 60, 'required', 'refuse', '', '', '', '');
    INSERT INTO model_version (model_id, version, state, fitted_at, rows, first_ts, last_ts, fingerprint, scorecard)
        SELECT id, 1, 'active', now(), 1, now(), now(), '', '[]' FROM model;
    INSERT INTO app_user (name, password_hash, role) VALUES ('x', '', 'admin')"
ok "everything is taken back all the same" schema revert
ok "nothing is left" is "$(sql -c "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")" 0
ok "no function either" is "$(sql -c "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace")" 0
ok "other databases keep their roles" is "$(sql -c "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'quotemill\_%'")" 2
ok "it is deployed once more" schema deploy
ok "and verified" schema verify
ok "with the same shape" is "$(shape)" "$first"
echo "1..$n"
