#!/bin/bash
# chart.sh: /api/v1/charts with 500 minute bars and all indicators, of a history
# of 200,000, against a bare FastCGI program that sends as many bytes without a
# query (bench/bare_fcgi.c). Behind one nginx, one process each; wrk asks them in
# turn, several rounds; the median of the rounds' ratios is printed.
#
#   chart_ratio          the same address while nothing changes; bound 0.4
#   chart_changed_ratio  every request is made anew, from the database, on
#                        another page of the history
#   chart_body_bytes
#   console_rss_kib      after all of it; bound 16384
#
#   PORT (a free one), ROUNDS (5), SECONDS_EACH (3)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-5} each=${SECONDS_EACH:-3} port=${PORT:-$(scripts/free-port)}
bars=200000

tmp=$(mktemp -d /tmp/qm-bench.XXXXXX)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    scripts/pg-cluster stop "$tmp/pg"
    rm -rf "$tmp"
}
trap finish EXIT
chmod 755 "$tmp"
scripts/pg-cluster start "$tmp/pg" "$tmp/run"
scripts/schema deploy "$tmp/run" quotemill >"$tmp/schema.log"
export QM_VAR=$tmp QM_DB_WORKER="host=$tmp/run dbname=quotemill user=quotemill_worker"
export QM_DB_CONSOLE="host=$tmp/run dbname=quotemill user=quotemill_console"
sql() { psql -XAtq -h "$tmp/run" -U postgres -d quotemill -v ON_ERROR_STOP=1 "$@"; }

# --- a history, and somebody who is signed in
token=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d =)
hash=$(printf %s "$token" | b2sum -l 256 | cut -d' ' -f1)
sql -c "INSERT INTO instrument (symbol, title, kind, calendar, interval_s) VALUES ('BENCH', 'bench', 'crypto', '24x7', 60);
        SELECT bar_partitions_ensure('2024-01-01Z', '2024-01-01Z'::timestamptz + $bars * interval '1 minute')" \
    -c "INSERT INTO load (instrument_id, interval_s, kind, request, state, stored_at)
        SELECT id, 60, 'upload', 'bench', 'stored', now() FROM instrument WHERE symbol = 'BENCH'" \
    -c "INSERT INTO bar
        SELECT i.id, 60, '2024-01-01Z'::timestamptz + n * interval '1 minute', p, p + 12.34, p - 7.5, p + 0.02,
               round((random() * 500)::numeric, 5)::float8, 1
          FROM instrument i, generate_series(0, $bars - 1) n,
               LATERAL (SELECT round((30000 + 20000 * sin(n / 5000.0) + 100 * random())::numeric, 2)::float8 AS p) x
         WHERE symbol = 'BENCH'" \
    -c "INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts)
        SELECT instrument_id, interval_s, min(ts), max(ts) FROM bar GROUP BY 1, 2" \
    -c "INSERT INTO app_user (name, password_hash, role) VALUES ('bench', 'x', 'viewer');
        INSERT INTO session (token_hash, user_id, csrf, address) SELECT '$hash', id, 'x', 'bench' FROM app_user" >"$tmp/out"
bin/quotemill export BENCH --from 2024-01-01 --to 2024-01-01 >"$tmp/out" # mills it
sql -c 'VACUUM ANALYZE' -c 'ALTER SYSTEM SET autovacuum = off' -c 'SELECT pg_reload_conf()' >"$tmp/out"

# --- the two programs, one process each, and an nginx before them
openssl rand -hex 32 >"$tmp/key"
mkdir "$tmp/archive"
export QM_KEY_FILE=$tmp/key QM_ARCHIVE_DIR=$tmp/archive QM_TEMPLATES_DIR=$PWD/templates
serve() { # NAME COMMAND...
    local name=$1
    shift
    (exec spawn-fcgi -n -s "$tmp/$name.sock" -M 0666 -- "$@") </dev/null >/dev/null 2>"$tmp/$name.log" &
    pids+=($!)
}
server() { # NAME PORT
    echo "server { listen 127.0.0.1:$2; location / {
        fastcgi_param REQUEST_METHOD \$request_method; fastcgi_param REQUEST_URI \$request_uri;
        fastcgi_param REMOTE_ADDR \$remote_addr; fastcgi_pass unix:$tmp/$1.sock; } }"
}
cat >"$tmp/nginx.conf" <<N
worker_processes 1; daemon off; pid $tmp/nginx.pid; error_log stderr error;
events { worker_connections 256; }
http { access_log off; fastcgi_buffer_size 16k; fastcgi_buffers 64 16k; fastcgi_max_temp_file_size 0;
    client_body_temp_path $tmp/body; fastcgi_temp_path $tmp/fastcgi; proxy_temp_path $tmp/proxy;
    uwsgi_temp_path $tmp/uwsgi; scgi_temp_path $tmp/scgi;
    $(server one $((port + 1))) $(server bare $((port + 2))) }
N
serve one "$PWD/bin/quotemill.fcgi"
nginx -e stderr -c "$tmp/nginx.conf" -p "$tmp" 2>"$tmp/nginx.log" &
pids+=($!)
page='/api/v1/charts/BENCH?indicators=all&order=desc'
fetch() { # PORT: the chart, into $tmp/page
    curl -sf --retry 50 --retry-connrefused --retry-delay 0 --retry-all-errors --retry-max-time 10 --max-time 10 -o "$tmp/page" \
        -H "Cookie: qm_session=$token" "http://127.0.0.1:$1$page" ||
        { echo "chart.sh: no answer at port $1" >&2; cat "$tmp"/{one,nginx}.log >&2; exit 1; }
}
fetch $((port + 1))
[ "$(jq '.rows | length' "$tmp/page")" = 500 ] || { echo 'chart.sh: that is no chart' >&2; exit 1; }
size=$(wc -c <"$tmp/page")
cc -O2 -o "$tmp/bare" bench/bare_fcgi.c -I"$(pg_config --includedir)" -lfcgi -lpq
serve bare "$tmp/bare" "$size"
fetch $((port + 2))

cat >"$tmp/changed.lua" <<L
local n = 0
request = function()
    n = n + 1
    local ts = os.date("!%Y-%m-%dT%H:%M:00Z", 1704067200 + 60 * ((n * 7919) % ($bars - 1000) + 1000))
    return wrk.format("GET", "$page&before=" .. ts)
end
L
rate() { # PORT [SCRIPT]
    wrk -t1 -c4 -d"${each}s" ${2:+-s "$2"} -H "Cookie: qm_session=$token" "http://127.0.0.1:$1$page" |
        awk '/Requests\/sec/{r = $2} /Non-2xx/{bad = 1} END {if (bad) exit 1; print r}'
}
: >"$tmp/rates"
for ((round = 0; round < rounds; round++)); do
    echo "$(rate $((port + 1))) $(rate $((port + 2))) $(rate $((port + 1)) "$tmp/changed.lua")" >>"$tmp/rates"
done
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
awk '{printf "# chart %s/s, bare %s/s, made anew %s/s\n", $1, $2, $3}' "$tmp/rates"
echo "chart_body_bytes $size"
echo "chart_ratio $(awk '{print $1 / $2}' "$tmp/rates" | median) (bound 0.4)"
echo "chart_changed_ratio $(awk '{print $3 / $2}' "$tmp/rates" | median)"
echo "console_rss_kib $(awk '/VmRSS/{print $2}' "/proc/${pids[0]}/status") (bound 16384)"
