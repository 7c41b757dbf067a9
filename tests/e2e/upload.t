#!/bin/bash
# Uploads through nginx: bodies of any size pass through to the archive, and
# clients that are slow, hang or go away harm nobody.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/console.sh

top=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-upload.XXXXXX")
export QM_VAR=$top/var QM_PROVIDERS=simulator QM_ADMIN_PASSWORD='upload password'
unset QM_NOW QM_SIMULATOR_DATA QM_LISTEN
finish() {
    jobs -p | xargs -r kill 2>/dev/null
    scripts/down >/dev/null 2>&1
    rm -rf "$top"
}
trap finish EXIT
while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
done
PORT=$port scripts/up >"$top/up" 2>&1 </dev/null || { diag "$(cat "$top/up")"; bail "no instance"; }
url=http://127.0.0.1:$port console_url=$url console_jar=$top/jar

# A client that says nothing is given up after 1 s instead of 30 s.
sed -i '/location ^~ \/upload/,/^}/s/client_body_timeout 30s/client_body_timeout 1s/' "$QM_VAR/nginx/server.conf"
kill -HUP "$(cut -d ' ' -f 1 "$QM_VAR/run/nginx.pid")"

make -s build/bench/minute_bars >/dev/null 2>&1 || bail "make build/bench/minute_bars fails"
build/bench/minute_bars 400000 >"$top/rows.csv"
size=$(stat -c %s "$top/rows.csv")
token=$(bin/quotemill token add --scope upload)
like "a token" "$token" '^qm_[A-Za-z0-9_-]{43}$'

sql() {
    scripts/psql -XAtqc "$1"
}

# put [OPTION...]: status and body
put() {
    curl -sS --max-time 60 -w '\n%{http_code}' -H "Authorization: Bearer $token" "$@"
}

drafts() {
    find "$QM_VAR/archive" -name '.draft-*' | wc -l
}

# The processes of a pool.
pool() {
    pgrep -P "$(cut -d ' ' -f 1 "$QM_VAR/run/$1.pid")"
}

until_true() {
    local i
    for ((i = 0; i < 200; i++)); do
        "$@" && return 0
        read -r -t 0.1 <> <(:) || true
    done
    return 1
}

is "the bulk pool has processes of its own" "$(pool bulk | wc -l)" 4

out=$(put -T "$top/rows.csv" "$url/upload/?instrument=BTC-USD&interval=1m&wait=25")
like "curl -T brings a file, and waits for its check" "$out" '"state":"checked".*"rows":400000,"new":400000.*201$'
is "under its name" "$(sql 'SELECT name FROM upload')" rows.csv
is "as it was sent" "$(sql 'SELECT bytes FROM upload')" "$size"
hash=$(sql 'SELECT archive_hash FROM upload')
ok "the archive has its bytes" cmp "$top/rows.csv" <(zstd -dcq "$QM_VAR/archive/${hash:0:2}/${hash:2}.zst")
is "and nothing else does" "$(find "$QM_VAR/nginx/body" /var/lib/nginx/body -type f 2>/dev/null | wc -l)" 0
out=$(put -T - "$url/upload/?wait=0" <"$top/rows.csv")
like "from standard input, in chunks" "$out" '201$'
is "every byte" "$(sql 'SELECT bytes FROM upload ORDER BY id DESC LIMIT 1')" "$size"
out=$(put -H 'Expect: 100-continue' -T "$top/rows.csv" "$url/upload/" -D "$top/head")
like "with Expect: 100-continue" "$(head -n 1 "$top/head")" '100 Continue'
like "which leads on" "$out" '201$'
out=$(put -T "$top/rows.csv" "$url/upload/?instrument=BTC-USD&interval=1m&store=yes&wait=25")
like "store=yes stores what is clean" "$out" '"state":"stored".*"load":[0-9]+.*201$'
is "every row" "$(sql "SELECT count(*) FROM bar b JOIN instrument i ON i.id = instrument_id WHERE symbol = 'BTC-USD' AND b.interval_s = 60")" 400000

n=$(sql 'SELECT count(*) FROM upload')
out=$(curl -sS --max-time 60 -w '\n%{http_code}' -H 'Authorization: Bearer qm_x' -H 'Expect:' -T "$top/rows.csv" "$url/upload/")
like "a large body with a wrong token is refused in words" "$out" 'token is not good.*401$'
out=$(put -H 'Expect:' -T <(printf '\x89PNG\r\n\x1a\n'; cat "$top/rows.csv") "$url/upload/a.png")
like "so is a large picture" "$out" 'PNG.*422$'
ok "the form works through nginx too" console_login admin "$QM_ADMIN_PASSWORD"
csrf=$(console_csrf /account)
is "and leads to the upload's page" "$(curl -sS --max-time 60 -b "$console_jar" -o /dev/null -w '%{http_code} %{redirect_url}' \
    -F "csrf=$csrf" -F "file=@$top/rows.csv" "$url/upload/files")" "303 $url/uploads/$((n + 1))"

# --- clients that go away, hang, are slow
n=$(sql 'SELECT count(*) FROM upload')
head_of() {
    printf 'PUT /upload/hang.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s\r\n\r\n' "$token" "$1"
    head -c 200000 "$top/rows.csv"
}
draft_seen() { [ "$(drafts)" -gt "$1" ]; }
no_draft() { [ "$(drafts)" -eq 0 ]; }
for way in "Content-Length: $size" "Transfer-Encoding: chunked"; do
    exec 5<>"/dev/tcp/127.0.0.1/$port"
    if [ "${way%%:*}" = Content-Length ]; then head_of "$way" >&5; else
        { printf 'PUT /upload/hang.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s\r\n\r\n30d40\r\n' "$token" "$way"
            head -c 200000 "$top/rows.csv"; printf '\r\n'; } >&5
    fi
    ok "half an upload (${way%%:*}) is being written" until_true draft_seen 0
    exec 5>&-
    ok "its draft goes when the client does" until_true no_draft
done
for i in 1 2 3 4 5 6; do
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    head_of "Content-Length: $size" >&$fd
    hanging+=("$fd")
done
ok "six clients hang" until_true draft_seen 2
is "pages answer meanwhile" "$(curl -sS --max-time 10 -o /dev/null -w '%{http_code}' "$url/login")" 200
ok "nobody waits for them for long" until_true no_draft
like "the pool is free again" "$(put -T "$top/rows.csv" "$url/upload/after.csv")" '201$'
for fd in "${hanging[@]}"; do exec {fd}>&-; done
ok "their drafts are gone" until_true no_draft
is "nothing of them was recorded" "$(sql "SELECT count(*) FROM upload WHERE name = 'hang.csv'")" 0

# --- a console that is killed
exec 5<>"/dev/tcp/127.0.0.1/$port"
head_of "Content-Length: $size" >&5
ok "another half upload" until_true draft_seen 0
pool bulk | xargs kill -9
exec 5>&-
again() { [ "$(put -T "$top/rows.csv" "$url/upload/again.csv" | tail -n 1)" = 201 ]; }
ok "killed consoles are started again" until_true again
ok "and the next upload sweeps their drafts" no_draft

# --- memory
peak=0
for pid in $(pool bulk); do
    kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")
    [ "$kib" -le "$peak" ] || peak=$kib
done
ok "no console process takes more than 32 MiB ($peak KiB)" [ "$peak" -le 32768 ]
done_testing
