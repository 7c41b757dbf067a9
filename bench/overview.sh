#!/bin/bash
# overview.sh: the overview page with 1,000 runs stored, against the least that
# a FastCGI program in C can do for the same answer (bench/bare_fcgi.c).
#
# Behind one nginx, one process each: the console; a bare program that sends
# the same queries and a body of the same size; a bare program without a query.
# wrk asks them in turn, several rounds; the median of the rounds' ratios is
# printed, because machines are noisy.
#
#   overview_changed_ratio    every request asks anew (each has an address of
#                             its own, so nothing kept answers); bound 0.8
#   overview_unchanged_ratio  the same address while nothing changes; bound 0.5
#   console_rss_kib           after all of it; bound 16384
#
#   PORT (a free one), ROUNDS (5), SECONDS_EACH (3)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-5} each=${SECONDS_EACH:-3} port=${PORT:-$(scripts/free-port)}
export PORT=$port QM_PROVIDERS=simulator QM_ADMIN_PASSWORD=bench-only-password
QM_VAR=$(mktemp -d /tmp/qm-bench.XXXXXX)
export QM_VAR
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    scripts/down >/dev/null 2>&1 || true
    rm -rf "$QM_VAR"
}
trap finish EXIT
chmod 755 "$QM_VAR"
scripts/up >/dev/null
. scripts/lib.sh

as_user psql -X -q -h "$QM_VAR/run" -U postgres -d quotemill <<'SQL'
INSERT INTO run (mode, trigger, requested_by, lane, state, steps, schedule_id, due_at, attempt, queued_at, started_at,
                 finished_at, rows_new, rows_same)
SELECT 'incremental', CASE WHEN n % 3 = 0 THEN 'console' ELSE 'timer' END, 'bench', 1,
       CASE WHEN n % 50 = 0 THEN 'failed' WHEN n % 20 = 0 THEN 'partial' ELSE 'succeeded' END,
       '{fetch,process,retrain}', CASE WHEN n % 3 = 0 THEN NULL ELSE 1 END,
       now() - n * interval '42 minutes', 1, now() - n * interval '42 minutes', now() - n * interval '42 minutes',
       now() - n * interval '42 minutes' + interval '9 seconds', n % 17, 40
  FROM generate_series(1, 1000) n;
ANALYZE;
SQL

# --- a session, as a browser gets it
jar=$QM_VAR/jar base=http://127.0.0.1:$port
csrf=$(curl -s -c "$jar" "$base/login" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -1)
curl -s -o /dev/null -b "$jar" -c "$jar" --data-urlencode "csrf=$csrf" -d name=admin \
    -d "password=$QM_ADMIN_PASSWORD" "$base/login"
cookie=$(awk '$6 == "qm_session" {print $6 "=" $7}' "$jar")
curl -s -b "$jar" "$base/" >"$QM_VAR/page.html"
grep -q '<h1' "$QM_VAR/page.html" || { echo "overview.sh: not signed in" >&2; exit 1; }
size=$(wc -c <"$QM_VAR/page.html")

# --- the three programs, one process each, and an nginx before them
cc -O2 -o "$QM_VAR/bare" bench/bare_fcgi.c -I"$(pg_config --includedir)" -lfcgi -lpq
hash=$(as_user psql -X -A -t -h "$QM_VAR/run" -U postgres -d quotemill -c 'SELECT token_hash FROM session LIMIT 1')
# what session and overview ask, in core/session.c and core/overview.c
cat >"$QM_VAR/queries" <<Q
sql/queries/session_find.sql|$hash|43200|604800
sql/queries/overview_runs.sql
sql/queries/overview_beats.sql
sql/queries/overview_trouble.sql
sql/queries/source_list.sql|!|500
sql/queries/overview_providers.sql
sql/queries/model_list_all.sql|!|100
sql/queries/overview_rest.sql|$(date +%s)
Q
behind() { # COMMAND...: in the background, ended by finish
    (exec scripts/run-as "$root" "$QM_VAR" -- "$@") </dev/null >/dev/null &
    pids+=($!)
}
serve() { # NAME COMMAND...
    local name=$1
    shift
    behind env QM_DB_CONSOLE="host=$QM_VAR/run dbname=quotemill user=quotemill_console" \
        spawn-fcgi -n -s "$QM_VAR/run/$name.sock" -M 0666 -- "$@" 2>"$QM_VAR/log/$name.log"
}
serve one "$PWD/bin/quotemill.fcgi"
serve same "$QM_VAR/bare" "$size" "$QM_VAR/queries"
serve none "$QM_VAR/bare" "$size"
server() { # NAME PORT
    echo "server { listen 127.0.0.1:$2; location / {
        include $QM_VAR/nginx/fastcgi.conf; include $QM_VAR/nginx/request.conf;
        fastcgi_pass unix:$QM_VAR/run/$1.sock; } }"
}
cat >"$QM_VAR/bench.conf" <<N
worker_processes 1; daemon off; pid $QM_VAR/bench.pid; error_log stderr error;
events { worker_connections 256; }
http { access_log off; fastcgi_buffer_size 16k; fastcgi_buffers 16 16k;
    client_body_temp_path $QM_VAR/nginx/body; fastcgi_temp_path $QM_VAR/nginx/fastcgi;
    $(server one $((port + 1))) $(server same $((port + 2))) $(server none $((port + 3))) }
N
behind nginx -e stderr -c "$QM_VAR/bench.conf" -p "$QM_VAR/nginx" 2>"$QM_VAR/log/bench-nginx.log"
for i in 1 2 3; do
    curl -sf --retry 30 --retry-connrefused --retry-delay 0 --retry-all-errors --max-time 30 -o /dev/null \
        -H "Cookie: $cookie" "http://127.0.0.1:$((port + i))/" ||
        { echo "overview.sh: program $i does not answer" >&2; cat "$QM_VAR"/log/{one,same,none,bench-nginx}.log >&2; exit 1; }
done

cat >"$QM_VAR/changed.lua" <<'L'
local n = 0
request = function() n = n + 1; return wrk.format("GET", "/?n=" .. n) end
L
rate() { # PORT [SCRIPT]
    wrk -t1 -c4 -d"${each}s" ${2:+-s "$2"} -H "Cookie: $cookie" "http://127.0.0.1:$1/" |
        awk '/Requests\/sec/{r = $2} /Non-2xx/{bad = 1} END {if (bad) exit 1; print r}'
}
: >"$QM_VAR/rates"
for ((round = 0; round < rounds; round++)); do
    changed=$(rate $((port + 1)) "$QM_VAR/changed.lua")
    same=$(rate $((port + 2)) "$QM_VAR/changed.lua")
    kept=$(rate $((port + 1)))
    none=$(rate $((port + 3)))
    echo "$changed $same $kept $none" >>"$QM_VAR/rates"
done
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
awk '{printf "# changed %s/s, bare with the queries %s/s; unchanged %s/s, bare without %s/s\n", $1, $2, $3, $4}' "$QM_VAR/rates"
echo "overview_body_bytes $size"
echo "overview_changed_ratio $(awk '{print $1 / $2}' "$QM_VAR/rates" | median) (bound 0.8)"
echo "overview_unchanged_ratio $(awk '{print $3 / $4}' "$QM_VAR/rates" | median) (bound 0.5)"
rss=$(pgrep -f 'bin/quotemill.fcgi$' | xargs -I{} awk '/VmRSS/{print $2}' /proc/{}/status | sort -n | tail -1)
echo "console_rss_kib $rss (bound 16384)"
