# A simulator behind an nginx of its own, for shell tests. nginx listens on a
# unix socket, so tests side by side need no ports.
#
#   . tests/lib/sim.sh
#   sim_start [DATA]     starts both in a folder of their own; sets sim_dir,
#                        sim_faults (the file of faults); with sim_port set it
#                        answers on 127.0.0.1:$sim_port as well
#   sim_free_port        sets sim_port to one where nobody listens
#   sim_fault LINE...    these faults from now on, none without a line
#   sim_get PATH [CURL OPTIONS]...   the body of http://simulator/sim/PATH
#   sim_stop             also called when the script ends, where it has no trap

sim_dir=
sim_pids=
sim_port=

sim_free_port() {
    for sim_port in $(shuf -i "${QM_TEST_PORTS:-20000-29999}" -n 50); do
        (: < "/dev/tcp/127.0.0.1/$sim_port") 2> /dev/null || return 0
    done
    return 1
}

# In one step: the simulator never sees half a file.
sim_fault() {
    printf '%s\n' "$@" > "$sim_faults.new"
    mv "$sim_faults.new" "$sim_faults"
}

sim_nginx_conf() {
    cat <<CONF
daemon off;
worker_processes 1;
pid $sim_dir/nginx.pid;
error_log $sim_dir/nginx.log warn;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path $sim_dir/body;
    fastcgi_temp_path $sim_dir/fastcgi;
    proxy_temp_path $sim_dir/proxy;
    uwsgi_temp_path $sim_dir/uwsgi;
    scgi_temp_path $sim_dir/scgi;
    server {
        listen unix:$sim_dir/web.sock;
        ${sim_port:+listen 127.0.0.1:$sim_port;}
        location / {
            gzip off;
            fastcgi_param REQUEST_METHOD \$request_method;
            fastcgi_param REQUEST_URI \$request_uri;
            fastcgi_param DOCUMENT_URI \$document_uri;
            fastcgi_param QUERY_STRING \$query_string;
            fastcgi_pass unix:$sim_dir/sim.sock;
            fastcgi_buffering off;
        }
    }
}
CONF
}

sim_start() {
    sim_dir=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-sim.XXXXXX")
    chmod 711 "$sim_dir" # nginx started by root works as another user
    sim_faults=$sim_dir/faults
    : > "$sim_faults"
    [ -n "$(trap -p EXIT)" ] || trap sim_stop EXIT
    sim_nginx_conf > "$sim_dir/nginx.conf"
    QM_SIM_DATA=${1-} QM_SIM_FAULTS=$sim_faults QM_NOW=${QM_NOW-} \
        spawn-fcgi -n -s "$sim_dir/sim.sock" -M 0666 -- \
        "${QM_BIN:-bin}/quotemill-simulator" 2> "$sim_dir/sim.log" &
    sim_pids=$!
    nginx -e "$sim_dir/nginx.log" -c "$sim_dir/nginx.conf" 2>> "$sim_dir/nginx.log" &
    sim_pids="$sim_pids $!"
    for _ in $(seq 100); do
        sim_get binance/api/v3/ping > "$sim_dir/ping" 2>/dev/null &&
            [ "$(cat "$sim_dir/ping")" = '{}' ] && return 0
        sleep 0.1
    done
    echo "the simulator does not answer" >&2
    tail -n 5 "$sim_dir/sim.log" "$sim_dir/nginx.log" >&2
    return 1
}

sim_get() {
    local path=$1
    shift
    curl -gsS --unix-socket "$sim_dir/web.sock" "$@" "http://simulator/sim/$path"
}

sim_stop() {
    # shellcheck disable=SC2086
    [ -z "$sim_pids" ] || kill $sim_pids 2>/dev/null || true
    wait 2>/dev/null || true
    [ -z "$sim_dir" ] || rm -rf "$sim_dir"
    sim_pids=
    sim_dir=
}
