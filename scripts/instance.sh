# The parts of scripts/up; sourced after lib.sh.

# One word for each setting that the next call remembers.
remembered=(PORT QM_LISTEN QM_PROVIDERS QM_SIMULATOR_DATA QM_NOW)

# Settles what this call wants: its environment, then the last call's, then
# the default.
instance_settings() {
    local name value
    for name in "${remembered[@]}"; do
        if [ -z "${!name+set}" ] && [ -f "$var/instance" ]; then
            value=$(sed -n "s/^$name=//p" "$var/instance")
            printf -v "$name" %s "$value"
        fi
    done
    port=${PORT:-8080} listen=${QM_LISTEN:-127.0.0.1}
    providers_wanted=${QM_PROVIDERS:-auto}
    now=${QM_NOW:-} data=
    [ -z "${QM_SIMULATOR_DATA:-}" ] ||
        data=$(cd "${here:-.}" && realpath -ms -- "$QM_SIMULATOR_DATA")
    settings_check
    unset QM_NOW QM_SIMULATOR_DATA
    url=http://$([ "$listen" = 0.0.0.0 ] && echo 127.0.0.1 || echo "$listen"):$port
}

# All mistakes at once.
settings_check() {
    local bad=()
    [[ $port =~ ^[0-9]{1,5}$ ]] && [ "$port" -ge 1 ] && [ "$port" -le 65535 ] ||
        bad+=("PORT is \"$port\": expected a number from 1 to 65535")
    [[ $listen =~ ^([0-9]{1,3}\.){3}[0-9]{1,3}$|^\[[0-9a-fA-F:]+\]$ ]] ||
        bad+=("QM_LISTEN is \"$listen\": expected an address such as 127.0.0.1")
    [[ $providers_wanted =~ ^(auto|real|simulator)$ ]] ||
        bad+=("QM_PROVIDERS is \"$providers_wanted\": expected auto, real or simulator")
    [[ $now =~ ^$|^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+)?)?$ ]] ||
        bad+=("QM_NOW is \"$now\": expected an ISO 8601 time such as 2026-02-01T00:00:00Z")
    [ -z "$data" ] || [ -d "$data" ] ||
        bad+=("QM_SIMULATOR_DATA is \"$data\": there is no such folder")
    [ -z "${QM_ADMIN_PASSWORD:-}" ] || [ ${#QM_ADMIN_PASSWORD} -ge 8 ] ||
        bad+=("QM_ADMIN_PASSWORD is too short: expected at least 8 characters")
    [[ $var =~ ^[A-Za-z0-9/._@+,=\ -]+$ ]] ||
        bad+=("QM_VAR is \"$var\": expected a path of letters, digits, blanks and ._@+,=-")
    [ "$(printf %s "$var/run/.s.PGSQL.5432.lock" | wc -c)" -le 107 ] ||
        bad+=("QM_VAR is \"$var\": too long for the path of a Unix socket (80 bytes may do)")
    [ ${#bad[@]} -eq 0 ] && return
    printf 'up: %s\n' "${bad[@]}" >&2
    exit 2
}

instance_remember() {
    {
        echo "# what the last scripts/up was called with"
        echo "PORT=$port"
        echo "QM_LISTEN=$listen"
        echo "QM_PROVIDERS=$providers"
        echo "QM_SIMULATOR_DATA=$data"
        echo "QM_NOW=$now"
    } >"$var/instance.new"
    mv "$var/instance.new" "$var/instance"
}

instance_folders() {
    is_root || [ ! -d "$var" ] || [ -O "$var" ] ||
        die "$var belongs to $(stat -c %U "$var"); call this as root, or choose" \
            "another folder: QM_VAR=... scripts/up"
    mkdir -p "$var"/{run,log,nginx,archive,simulator}
    own "$var" "$var"/{run,log,nginx,archive,simulator}
    chmod 755 "$var" "$var"/{log,nginx,archive,simulator}
    chmod 700 "$var/run" # sockets: whoever reaches them may use them
    [ -e "$var/simulator/faults" ] || : >"$var/simulator/faults"
    own "$var/simulator/faults"
}

# A checkout made under a strict umask: its user must be able to read it.
instance_readable() {
    is_root || return 0
    as_user test -r "$root/nginx/server.conf.in" -a -x "$root/bin/quotemill" &&
        return 0
    chmod -R go+rX "$root"/{bin,nginx,scripts,sql,static,templates}
    chmod go+rx "$root"
}

# The pages' charts come from npm; without it they show their tables alone.
static_make() {
    make -q -s static 2>/dev/null || {
        command -v npm >/dev/null || scripts/install-deps npm || true
        make -s static >"$var/log/static.log" 2>&1 </dev/null ||
            say "the chart library could not be fetched (log: $var/log/static.log):" \
                "pages show tables without charts"
    }
    [ ! -d build/static ] || ! is_root || {
        chmod go+rx build
        chmod -R go+rX build/static
    }
}

sql() {
    as_user psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$var/run" -U postgres "$@" </dev/null
}

postgres_up() {
    quietly "$var/log/pg-cluster.log" "starting PostgreSQL" \
        as_user "$root/scripts/pg-cluster" start "$var/pg" "$var/run"
}

# Nobody else may listen where our nginx will.
port_check() {
    service_runs nginx && return 0
    local address=$listen
    [ "$address" = 0.0.0.0 ] && address=127.0.0.1
    if (exec 3<>"/dev/tcp/$address/$port") 2>/dev/null; then
        die "port $port is taken by another program; choose one: PORT=8081 scripts/up"
    fi
}

# auto keeps what an instance already is, so that a bad moment of the network
# never mixes simulated data into real data.
providers_choose() {
    providers=$providers_wanted
    [ "$providers" = auto ] || return 0
    if curl -fsS -o /dev/null --connect-timeout 3 --max-time 5 \
        https://api.binance.com/api/v3/ping 2>/dev/null; then
        providers=real
    else
        providers=simulator
    fi
}

# The settings file. Lines below the mark are the keeper's.
settings_write() {
    local file=$var/quotemill.env mark='# Your own settings go below this line.'
    umask 077
    if [ ! -s "$var/secret.key" ]; then
        od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' >"$var/secret.key.new"
        own "$var/secret.key.new"
        mv "$var/secret.key.new" "$var/secret.key"
    fi
    {
        echo "# Settings of this instance; scripts/up writes the lines above the mark."
        echo "QM_DB_CONSOLE=\"host='$var/run' dbname=quotemill user=quotemill_console\""
        echo "QM_DB_WORKER=\"host='$var/run' dbname=quotemill user=quotemill_worker\""
        echo "QM_ARCHIVE_DIR=$var/archive"
        echo "QM_TEMPLATES_DIR=$root/templates"
        echo "QM_PUBLISH_SOCKET=$var/run/publish.sock"
        echo "QM_KEY_FILE=$var/secret.key"
        if [ "$providers" = simulator ]; then
            echo "QM_SIMULATOR_URL=$url/sim"
            echo "QM_EIA_KEY=simulated"
            echo "QM_FRED_KEY=simulated"
        fi
        [ -z "$now" ] || echo "QM_NOW=$now"
        echo "$mark"
        [ ! -f "$file" ] || sed "1,/^$mark\$/d" "$file"
    } >"$file.new"
    own "$file.new"
    if cmp -s "$file.new" "$file"; then rm "$file.new"; else mv "$file.new" "$file"; fi
    umask 022
    as_user "$root/bin/quotemill" check-config >"$var/log/check-config.log" 2>&1 ||
        fail_with_log "the settings are not right" "$var/log/check-config.log"
}

# sqitch takes seconds to find that there is nothing to do; a fingerprint of
# its folder does not.
schema_deploy() {
    local stamp
    stamp=$(cat sql/sqitch.plan sql/deploy/*.sql | fingerprint)
    [ "$(cat "$var/run/schema.stamp" 2>/dev/null)" != "$stamp" ] || return 0
    say "deploying the schema"
    quietly "$var/log/schema.log" "deploying the schema" \
        as_user "$root/scripts/schema" deploy "$var/run" quotemill
    echo "$stamp" >"$var/run/schema.stamp"
}

admin_make() {
    password_note="as before (quotemill user passwd admin changes it)"
    if [ "$(sql -d quotemill -c "SELECT count(*) FROM app_user WHERE name = 'admin'")" = 1 ]; then
        return 0
    fi
    local password=${QM_ADMIN_PASSWORD:-}
    [ -n "$password" ] || password=$(head -c 15 /dev/urandom | base64 | tr '+/' '-_')
    as_user "$root/bin/quotemill" user add admin --role admin --password-stdin \
        >"$var/log/user-add.log" 2>&1 <<<"$password" ||
        fail_with_log "making the user admin failed" "$var/log/user-add.log"
    password_note=$password
}

# nchan insists on the body folder that Debian's nginx was compiled with, and
# ignores nchan_message_temp_path (version 1.3.6 sets the default first).
# Debian's nginx makes this folder when it starts for the first time.
nginx_body_folder() {
    local folder=/var/lib/nginx/body make=(install -d -m 700 -o www-data)
    [ ! -d $folder ] || return 0
    is_root || make=(sudo -n "${make[@]}")
    "${make[@]}" $folder 2>/dev/null ||
        die "nginx needs the folder $folder: start Debian's nginx once, or mkdir -p $folder as root"
}

nginx_up() {
    nginx_body_folder
    local stamp
    scripts/nginx-conf "$var/nginx" "$var/nginx" "$var/run" \
        "$var/run/publish.sock" "$root/static" "$root/build/static/vendor" \
        "$var" "$listen:$port"
    stamp=$(cat "$var"/nginx/*.conf /usr/lib/nginx/modules/ngx_nchan_module.so | fingerprint)
    if service_runs nginx &&
        [ "$(cat "$var/run/nginx.stamp" 2>/dev/null)" = "$stamp" ]; then
        return 0
    fi
    service_stop nginx QUIT
    rm -f "$var/run/publish.sock"
    : >>"$var/log/nginx.log"
    own "$var/log/nginx.log"
    if [ "$port" -lt 1024 ] && is_root; then export RUN_AS_CAP=net_bind_service; fi
    service_keep nginx "$stamp" nginx -e stderr \
        -c "$var/nginx/nginx.conf" -p "$var/nginx" -g 'daemon off;' || true
    unset RUN_AS_CAP
    service_wait nginx 10 nginx_answers
}

nginx_answers() {
    curl -s -o /dev/null --max-time 2 "$url/static/"
}

# A program's identity: rebuilt means changed.
built() {
    stat -c '%n %i %Y %s' "$@"
}

simulator_up() {
    local stamp
    stamp=$({ built bin/quotemill-simulator; echo "$data $now"; } | fingerprint)
    service_keep simulator "$stamp" env QM_SIM_DATA="$data" QM_NOW="$now" \
        QM_SIM_FAULTS="$var/simulator/faults" \
        spawn-fcgi -n -s "$var/run/sim.sock" -M 0600 -- \
        /usr/bin/multiwatch -f 1 -r 1000 -s TERM -- "$root/bin/quotemill-simulator" || true
    service_wait simulator 10 test -S "$var/run/sim.sock"
}

# Pages and API in two processes; uploads and exports, which last as long as
# their clients like, in four more.
console_up() {
    local stamp
    stamp=$({
        built bin/quotemill.fcgi "$var/secret.key"
        cat "$var/quotemill.env"
        find templates -type f -print0 | sort -z | xargs -0 cat
    } | fingerprint)
    pool_keep console web.sock 2 "$stamp"
    pool_keep bulk bulk.sock 4 "$stamp"
    service_wait console 15 console_answers
    service_wait bulk 15 bulk_answers
}

# pool_keep NAME SOCKET PROCESSES STAMP
pool_keep() {
    service_keep "$1" "$4" \
        spawn-fcgi -n -s "$var/run/$2" -M 0600 -- \
        /usr/bin/multiwatch -f "$3" -r 1000 -s TERM -- "$root/bin/quotemill.fcgi" || true
}

console_answers() {
    curl -fsS -o /dev/null --max-time 2 "$url/healthz" 2>/dev/null
}

# Signed out: 401, from a process of that pool.
bulk_answers() {
    [ "$(curl -s -o /dev/null --max-time 2 -w '%{http_code}' -X PUT "$url/upload/" 2>/dev/null)" = 401 ]
}

worker_up() {
    local stamp
    stamp=$({ built bin/quotemill; cat "$var/quotemill.env"; } | fingerprint)
    service_keep work "$stamp" \
        /usr/bin/multiwatch -f 1 -r 1000 -s TERM -- "$root/bin/quotemill" work || true
    sleep 0.2
    service_wait work 1 service_runs work
}

# The first call runs the pipeline once; later ones leave that to schedules.
first_run() {
    [ "$(sql -d quotemill -c "SELECT count(*) FROM run WHERE state NOT IN ('queued', 'running')")" = 0 ] || {
        run_note=
        return 0
    }
    say "running the pipeline once"
    local rc=0
    as_user "$root/bin/quotemill" run --mode full_refresh --json \
        >"$var/log/first-run.log" 2>&1 </dev/null || rc=$?
    case $rc in
    0) run_note="every source succeeded" ;;
    3) run_note="some sources failed; the console says which and why" ;;
    *)
        run_note="the first run failed; the console and $var/log/first-run.log say why"
        tail -n 5 "$var/log/first-run.log" | sed 's/^/    /' >&2
        ;;
    esac
}

report() {
    say ""
    say "quotemill is up: $url/"
    say "  user       admin"
    say "  password   $password_note"
    case $providers in
    real) say "  providers  the real ones" ;;
    *) say "  providers  simulated data, $(data_words)" ;;
    esac
    [ -z "$now" ] || say "  clock      stands at $now (QM_NOW= scripts/up returns to the real one)"
    [ -z "$run_note" ] || say "  first run  $run_note"
    say "  instance   $var (logs in log/); scripts/down stops it"
}

data_words() {
    if [ -n "$data" ]; then echo "from $data"; else echo "made by a seeded generator"; fi
}
