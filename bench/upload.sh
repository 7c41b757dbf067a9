#!/bin/bash
# upload.sh: one upload of 1 GB of minute bars through nginx and FastCGI into
# the raw archive, against the same bytes into a bare FastCGI program that drops
# them (bench/sink_fcgi.c). The console hashes, packs and looks at each byte.
#
#   upload_mb_s, sink_mb_s    MB/s from curl to the answer
#   upload_ratio              the first by the second
#   upload_peak_kib           a console process's memory at most; bound 32768
#   upload_body_bytes         in nginx's body folders meanwhile; bound 0
#   upload_archive_frac       size of the only copy, by the upload's
#   upload_page_ms            slowest of the pages asked for meanwhile
#
#   PORT (a free one; the next one, too), MEGABYTES (1000)
set -euo pipefail
cd "$(dirname "$0")/.."
port=${PORT:-$(scripts/free-port)} megabytes=${MEGABYTES:-1000}
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
base=http://127.0.0.1:$port
token=$(bin/quotemill token add --scope upload)

# --- the bare program behind an nginx of its own, with the same settings
cc -O2 -o "$QM_VAR/sink" bench/sink_fcgi.c -lfcgi
mkdir "$QM_VAR/sinks"
own "$QM_VAR/sinks"
cat >"$QM_VAR/sinks/nginx.conf" <<C
worker_processes 1;
pid "$QM_VAR/sinks/nginx.pid";
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path "$QM_VAR/sinks/body";
    fastcgi_temp_path "$QM_VAR/sinks/fastcgi";
    proxy_temp_path "$QM_VAR/sinks/proxy";
    scgi_temp_path "$QM_VAR/sinks/scgi";
    uwsgi_temp_path "$QM_VAR/sinks/uwsgi";
    server {
        listen 127.0.0.1:$((port + 1));
        location / {
            client_max_body_size 0;
            client_body_buffer_size 128k;
            fastcgi_request_buffering off;
            include "$QM_VAR/nginx/fastcgi.conf";
            include "$QM_VAR/nginx/request.conf";
            fastcgi_pass "unix:$QM_VAR/run/sink.sock";
        }
    }
}
C
behind() {
    (exec scripts/run-as "$root" "$QM_VAR" -- "$@") </dev/null >/dev/null 2>>"$QM_VAR/log/bench" &
    pids+=($!)
}
: >"$QM_VAR/log/bench"
own "$QM_VAR/log/bench"
behind spawn-fcgi -n -s "$QM_VAR/run/sink.sock" -M 0600 -- "$QM_VAR/sink"
behind nginx -e stderr -c "$QM_VAR/sinks/nginx.conf" -p "$QM_VAR/sinks" -g 'daemon off;'

# --- the rows: a tenth of them, ten times over
build/bench/minute_bars $((megabytes * 1000000 / 10 / 90)) >"$QM_VAR/rows.csv"
bytes=$(($(stat -c %s "$QM_VAR/rows.csv") * 10))
rows() {
    local i
    for i in 1 2 3 4 5 6 7 8 9 10; do cat "$QM_VAR/rows.csv"; done
}
send() { # URL: seconds; fails unless it was taken
    rows | curl -sS -o "$QM_VAR/answer" -w '%{http_code} %{time_total}' -T - \
        -H "Authorization: Bearer $token" "$1" | awk '$1 < 300 { print $2; ok = 1 } END { exit !ok }'
}
until curl -s -o "$QM_VAR/answer" "http://127.0.0.1:$((port + 1))/"; do
    kill -0 "${pids[@]}"
    sleep 0.1
done

watch() { # pages and nginx's folders, until it is told to end
    : >"$QM_VAR/pages"
    while [ ! -e "$QM_VAR/over" ]; do
        curl -s -o "$QM_VAR/page" -w '%{time_total}\n' "$base/login" >>"$QM_VAR/pages"
        find "$QM_VAR/nginx/body" /var/lib/nginx/body -type f -printf '%s\n' >>"$QM_VAR/bodies" 2>>"$QM_VAR/log/bench" || true
        sleep 0.2
    done
}
watch &
upload_s=$(send "$base/upload/bench.csv")
: >"$QM_VAR/over"
wait $!
sink_s=$(send "http://127.0.0.1:$((port + 1))/bench.csv")

awk -v bytes="$bytes" -v up="$upload_s" -v sink="$sink_s" 'BEGIN {
    printf "upload_mb_s %.0f\nsink_mb_s %.0f\nupload_ratio %.2f\n", bytes / up / 1e6, bytes / sink / 1e6, sink / up }'
peak=0
for pid in $(pgrep -P "$(cut -d ' ' -f 1 "$QM_VAR/run/bulk.pid")"); do
    kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")
    [ "$kib" -le "$peak" ] || peak=$kib
done
echo "upload_peak_kib $peak"
awk '{ sum += $1 } END { printf "upload_body_bytes %d\n", sum }' "$QM_VAR/bodies"
largest=$(find "$QM_VAR/archive" -name '*.zst' -printf '%s\n' | sort -n | tail -n 1)
awk -v all="$bytes" -v one="$largest" 'BEGIN { printf "upload_archive_frac %.2f\n", one / all }'
sort -g "$QM_VAR/pages" | awk 'END { printf "upload_page_ms %.0f\n", $1 * 1000 }'
