#!/bin/bash
# scripts/up and scripts/down: from nothing to a console, again, after changes,
# beside a second instance, on a taken port, and away again.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/console.sh

# Closed to others when we are root, as /root is; and with a blank in it.
top=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-up.XXXXXX")
mkdir "$top/an instance"
one="$top/an instance/var" two=$top/two
unset QM_NOW QM_SIMULATOR_DATA QM_LISTEN
export QM_PROVIDERS=simulator QM_ADMIN_PASSWORD='first password'

finish() {
    QM_VAR=$one scripts/down >/dev/null 2>&1
    QM_VAR=$two scripts/down >/dev/null 2>&1
    rm -rf "$top"
}
trap finish EXIT

free_port() {
    local p
    while :; do
        p=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || break
    done
    echo "$p"
}

# up NAME FOLDER [VARIABLE=VALUE...]: output in $top/NAME, its status in $rc
up() {
    local name=$1 folder=$2
    shift 2
    rc=0
    env QM_VAR="$folder" "$@" scripts/up >"$top/$name" 2>&1 </dev/null || rc=$?
    out=$(cat "$top/$name")
}

# The process of service $2 of the instance $1.
service() {
    cut -d ' ' -f 1 "$1/run/$2.pid"
}

services() {
    local name
    for name in nginx console work simulator; do service "$1" $name; done
}

# Does the process run, as the scripts see it?
runs() {
    (. scripts/lib.sh && proc_start "$1" >/dev/null)
}

status_of() {
    curl -s -o "$top/body" -D "$top/head" -w '%{http_code}' --max-time 20 "${@:2}" "$url$1"
}

port=$(free_port) url=http://127.0.0.1:$port
console_url=$url console_jar=$top/jar

# --- a process that has ended while its parent does not ask
exec 8< <(exec perl -e '$| = 1; my $p = fork; exit unless $p; print "$p\n"; sleep 60')
parent=$!
read -r zombie <&8
for _ in $(seq 50); do grep -q '^State:.Z' "/proc/$zombie/status" && break; sleep 0.1; done
like "it is there" "$(cat "/proc/$zombie/status")" 'State:.Z'
ok "but does not run" eval '! runs "$zombie"'
ok "its parent does" runs "$parent"
kill "$parent"

# --- the first call
up first "$one" PORT="$port"
is "up ends well" "$rc" 0
[ "$rc" = 0 ] || { diag "$out"; bail "no instance"; }
like "it says where the console is" "$out" "$url/"
like "it says who may log in" "$out" 'user +admin'
like "it says with which password" "$out" 'password +first password'
like "it says that the data is simulated" "$out" 'simulated data'
like "it says how the first run went" "$out" 'every source succeeded'
is "healthz answers" "$(status_of /healthz)" 200
is "readyz answers" "$(status_of /readyz)" 200
is "the coefficients are there without a login" "$(status_of /api/coefficients)" 200
like "with the three names" "$(cat "$top/body")" '"btc_price".*"mnav"'
like "pages want a login" "$(status_of /) $(grep -i '^location' "$top/head")" '^303 .*/login'
ok "the printed password opens the console" console_login admin 'first password'
like "every page says that data is simulated" "$(console_get /)" '[Ss]imulated data'
is "settings are for the owner's eyes" \
    "$(stat -c %a "$one/quotemill.env" "$one/secret.key" | tr '\n' ' ')" "600 600 "

run_as_root() {
    local pid
    for pid in $(services "$one") $(head -n 1 "$one/pg/postmaster.pid"); do
        [ "$(stat -c %u "/proc/$pid")" != 0 ] || echo "$pid"
    done
}
is "no process runs as root" "$(run_as_root)" ""

# --- what nginx does
is "static files are served" "$(status_of /static/console.css -H 'Accept-Encoding: gzip')" 200
like "compressed, with a validator" "$(cat "$top/head")" 'ETag: .*Content-Encoding: gzip'
like "and with nosniff" "$(cat "$top/head")" 'X-Content-Type-Options: nosniff'
status_of '/static/console.css?v=1' >/dev/null
like "named by version they last" "$(cat "$top/head")" 'immutable'
is "a stranger may not listen to a run" "$(status_of /live/runs/1 -H 'Accept: text/event-stream')" 401
is "nobody publishes over the network" "$(status_of /publish/run/1 -d x)" 404
is "nobody asks the authorisation directly" "$(status_of /live-auth)" 404
is "the simulator answers this machine" "$(status_of /sim/binance/api/v3/ping)" 200

listen_briefly() {
    curl -s -N --max-time 3 -b "$console_jar" -H 'Accept: text/event-stream' "$url/live/runs/424242"
}
publish() {
    curl -s -o /dev/null --unix-socket "$one/run/publish.sock" -d "$1" http://x/publish/run/424242
}
publish '{"kind":"log","id":1}'
listen_briefly >"$top/live" &
sleep 1
publish '{"kind":"log","id":2}'
wait $!
like "who is logged in hears what came just before, and what comes" \
    "$(tr '\n' ' ' <"$top/live")" '"id":1.*"id":2'

# --- the second call
before=$(services "$one")
up second "$one" PORT="$port" QM_ADMIN_PASSWORD='second password'
is "a second call ends well" "$rc" 0
is "it leaves everything running" "$(services "$one")" "$before"
like "it leaves the password" "$out" 'password +as before'
ok "the first password still opens" console_login admin 'first password'
ok "the second does not" eval '! console_login admin "second password"'

echo 'QM_LOG_LEVEL=7' >>"$one/quotemill.env"
up third "$one"
is "a call without PORT keeps the port" "$(status_of /healthz)" 200
is "a setting of the keeper's is kept" "$(tail -n 1 "$one/quotemill.env")" QM_LOG_LEVEL=7
ok "and its readers were restarted" test "$(service "$one" console)" != "$(sed -n 2p <<<"$before")"
is "nginx was not" "$(service "$one" nginx)" "$(sed -n 1p <<<"$before")"

before=$(services "$one")
up now "$one" QM_NOW=2025-03-01T00:00:00Z
is "up with another clock ends well" "$rc" 0
like "it says so" "$out" 'stands at 2025-03-01'
ok "the simulator was restarted" test "$(service "$one" simulator)" != "$(sed -n 4p <<<"$before")"
like "the settings have it" "$(cat "$one/quotemill.env")" 'QM_NOW=2025-03-01T00:00:00Z'
up real_clock "$one" QM_NOW=
ok "an empty QM_NOW returns to the real clock" eval "! grep -q '^QM_NOW' '$one/quotemill.env'"

# --- processes that die
handler=$(pgrep -P "$(service "$one" console)" | head -n 1)
kill -9 "$handler"
sleep 0.5
is "a handler that dies is replaced" "$(pgrep -c -P "$(service "$one" console)")" 2
is "and the console answers" "$(status_of /healthz)" 200
pid=$(service "$one" console)
kill -TERM "$pid"
for _ in $(seq 100); do runs "$pid" || break; sleep 0.1; done
is "without handlers a page is 503" "$(status_of /runs)" 503
like "in words" "$(cat "$top/body")" 'does not answer'
like "that says when to come back" "$(cat "$top/head")" 'Retry-After: 5'
is "the API too" "$(status_of /api/coefficients)" 503
like "in its own format" "$(cat "$top/head")" 'application/problem\+json'
up repair "$one"
is "up brings it back" "$rc $(status_of /healthz)" "0 200"

# --- another instance, wrong settings, a taken port
up taken "$two" PORT="$port"
ok "up on a taken port fails" test "$rc" != 0
like "and names the port" "$out" "port $port is taken"
up wrong "$two" PORT=http QM_PROVIDERS=some QM_NOW=yesterday QM_SIMULATOR_DATA=/nowhere
is "wrong settings: exit status 2" "$rc" 2
is "all mistakes are reported together" "$(grep -c ' is "' <<<"$out")" 4
port2=$(free_port)
up beside "$two" PORT="$port2" QM_NOW=2025-03-01T00:00:00Z
is "a second instance comes up beside the first" "$rc" 0
is "both answer" "$(status_of /healthz) $(url=http://127.0.0.1:$port2 status_of /healthz)" "200 200"
before=$(services "$one")
ok "down stops the second" env QM_VAR="$two" scripts/down
is "the second is gone" "$(url=http://127.0.0.1:$port2 status_of /healthz)" 000
is "the first runs on untouched" "$(services "$one") $(status_of /healthz)" "$before 200"

# --- down
running=$(services "$one")
cluster=$(head -n 1 "$one/pg/postmaster.pid")
QM_VAR=$one scripts/down >"$top/down" 2>&1
is "down ends well" $? 0
left=
for pid in $running $cluster; do
    for _ in $(seq 50); do runs "$pid" || break; sleep 0.1; done
    ! runs "$pid" || left+=" $pid"
done
is "no process is left" "$left" ""
is "nothing listens" "$(status_of /healthz)" 000
ok "a second down is fine" env QM_VAR="$one" scripts/down
up back "$one"
is "up after down finds port, data and user" "$rc $(status_of /healthz)" "0 200"
like "without another first run" "$out" 'password +as before'
ok "the password is the same" console_login admin 'first password'
done_testing
