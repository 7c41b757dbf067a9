#!/bin/bash
# scripts/pg-cluster: made once, found running, started again after any death,
# reached by its own people only.
. "$(dirname "$0")/../lib/tap.sh"

work=$(mktemp -d /tmp/qm-cluster.XXXXXX)
chmod 711 "$work"
trap 'scripts/pg-cluster stop "$work/pg" 2>/dev/null; scripts/pg-cluster stop "$work/closed/in/pg" 2>/dev/null; rm -rf "$work"' EXIT
cluster() {
    scripts/pg-cluster "$@"
}
sql() {
    psql -XAtq -h "$work/run" -d postgres "$@" 2>&1
}
pid() {
    head -n 1 "$work/pg/postmaster.pid"
}

cluster status "$work/pg" >/dev/null
is "nothing there: status is 3" $? 3
ok "stopping nothing is no failure" cluster stop "$work/pg"
ok "start makes and starts it" cluster start "$work/pg" "$work/run" --fast
like "status tells pid and sockets" "$(cluster status "$work/pg")" "^running pid=$(pid) sockets=$work/run$"
is "no other address is listened to" "$(sql -U postgres -c 'show listen_addresses')" ""
is "its locale does not depend on the machine" \
    "$(sql -U postgres -c "SELECT datcollate, datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'template0'")" \
    "C.UTF-8|C.UTF-8|UTF8"
[ "$(ps -o user= -p "$(pid)")" != root ]
is "it does not run as root" $? 0
first=$(pid)
ok "a second start finds it running" cluster start "$work/pg" "$work/run" --fast
is "and leaves it alone" "$(pid)" "$first"

sql -U postgres -c 'CREATE ROLE quotemill_console LOGIN' -c 'CREATE ROLE quotemill_worker LOGIN' -c 'CREATE ROLE other LOGIN'
for role in postgres quotemill_console quotemill_worker; do
    is "the caller may be $role" "$(sql -U $role -c 'SELECT current_user')" $role
done
like "but not just anybody" "$(sql -U other -c 'SELECT 1')" "Peer authentication failed"
if [ "$(id -u)" = 0 ]; then
    like "and nobody else may be any of them" \
        "$(cd / && setpriv --reuid=nobody --clear-groups psql -XAtq -h "$work/run" -U quotemill_worker -d postgres -c 'SELECT 1' 2>&1)" \
        "Peer authentication failed"
else
    skip "and nobody else may be any of them" "needs root"
fi

sql -U postgres -c 'CREATE TABLE kept AS SELECT 7 AS x'
kill -9 "$(pid)"
cluster status "$work/pg" >/dev/null
is "after kill -9 it is known to be gone" $? 3
ok "and starts again" cluster start "$work/pg" "$work/run" --fast
is "with its data" "$(sql -U postgres -c 'SELECT x FROM kept')" 7

ok "stop stops it" cluster stop "$work/pg"
cluster status "$work/pg" >/dev/null
is "status says so" $? 3
printf '%s\n' $$ "$work/pg" 1 5432 "$work/run" >"$work/stale"
install -m 600 "$work/stale" "$work/run/.s.PGSQL.5432.lock"
cp "$work/stale" "$work/pg/postmaster.pid"
chown --reference="$work/pg" "$work/pg/postmaster.pid" "$work/run/.s.PGSQL.5432.lock"
cluster status "$work/pg" >/dev/null
is "a pid that is somebody else's by now is not taken for it" $? 3
ok "and does not keep it from starting" cluster start "$work/pg" "$work/run" --fast
like "a second cluster does not take the socket away" \
    "$(cluster start "$work/other" "$work/run" --fast 2>&1)" "another cluster \\($work/pg, pid [0-9]+\\)"
is "the first one goes on" "$(sql -U postgres -c 'SELECT x FROM kept')" 7

ok "many starts at once are one" bash -c '
    scripts/pg-cluster stop "$1/pg"
    for i in 1 2 3 4; do scripts/pg-cluster start "$1/pg" "$1/run" --fast & done
    for i in 1 2 3 4; do wait -n || exit 1; done' sh "$work"
is "and it answers" "$(sql -U postgres -c 'SELECT 1')" 1

long=$work/$(printf 'x%.0s' {1..100})
like "a socket path that is too long is named with its length" \
    "$(cluster start "$work/pg2" "$long" 2>&1)" "has [0-9]+ bytes, the system allows 107"
cluster frobnicate "$work/pg" 2>/dev/null
is "an unknown command is wrong usage" $? 2
cluster start "$work/pg" 2>/dev/null
is "so is a missing folder" $? 2

if [ "$(id -u)" = 0 ]; then
    mkdir -m 700 "$work/closed"
    ok "below a folder that its user cannot enter it starts too" \
        cluster start "$work/closed/in/pg" "$work/closed/in/run" --fast
    is "and answers" "$(psql -XAtq -h "$work/closed/in/run" -U postgres -d postgres -c 'SELECT 1' 2>&1)" 1
    is "and the folder is as it was" "$(stat -c '%a %U' "$work/closed")" "700 root"
    ok "and stops" cluster stop "$work/closed/in/pg"
else
    skip "below a folder that its user cannot enter it starts too" "needs root"
fi
done_testing
