# What the scripts share; sourced by bash. Sets root (the checkout) and var
# (the instance's folder, absolute, also exported as QM_VAR).
#
# A service of the instance is a process that service_start made. Its id and
# start time are in $var/run/NAME.pid, so a number that another process got
# later is never taken for it; NAME.stamp holds what it was started with.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
var=$(realpath -ms -- "${QM_VAR:-$root/var}")
export QM_VAR=$var
export LC_ALL=C.UTF-8
# nginx is in /usr/sbin, where an ordinary user's PATH does not look.
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# as_user COMMAND...: as the instance's user, checkout and instance in reach.
as_user() {
    "$root/scripts/run-as" "$root" "$var" ${data:+"$data"} -- "$@"
}

is_root() {
    [ "$(id -u)" -eq 0 ]
}

# The time (in clock ticks since boot) at which process $1 started; fails when
# it has ended, also while nobody has asked how: in a container whose first
# process reaps no orphans that is for ever.
proc_start() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # the name in parentheses may hold blanks
    set -- ${stat##*) }
    [ "$1" != Z ] || return 1
    echo "${20}"
}

# True while service $1 runs; then $pid is its process.
service_runs() {
    local start
    pid=
    [ -f "$var/run/$1.pid" ] || return 1
    read -r pid start <"$var/run/$1.pid" || return 1
    [ "$(proc_start "$pid")" = "$start" ]
}

# service_stop NAME [SIGNAL]: waits until it has ended; kills after 15 s.
service_stop() {
    local name=$1 signal=${2:-TERM} i
    if service_runs "$name"; then
        local target=$pid
        kill "-$signal" "$target" 2>/dev/null || true
        for ((i = 0; i < 300; i++)); do
            service_runs "$name" || break
            [ $i -ne 200 ] || kill -TERM "$target" 2>/dev/null || true
            [ $i -ne 280 ] || kill -KILL -- "-$target" "$target" 2>/dev/null || true
            sleep 0.05
        done
    fi
    rm -f "$var/run/$name.pid" "$var/run/$name.stamp"
}

# service_start NAME COMMAND...: in the background, as the instance's user, in
# a session of its own, with its output in log/NAME.log.
service_start() {
    local name=$1
    shift
    : >>"$var/log/$name.log"
    own "$var/log/$name.log"
    (
        cd "$root"
        exec setsid "$root/scripts/run-as" "$root" "$var" \
            ${data:+"$data"} -- "$@"
    ) </dev/null >>"$var/log/$name.log" 2>&1 9>&- &
    local pid=$!
    echo "$pid $(proc_start "$pid")" >"$var/run/$name.pid"
    disown "$pid" 2>/dev/null || true
}

# service_keep NAME STAMP COMMAND...: starts it unless it runs with the same
# stamp. True when it was started now.
service_keep() {
    local name=$1 stamp=$2
    shift 2
    if service_runs "$name" &&
        [ "$(cat "$var/run/$name.stamp" 2>/dev/null)" = "$stamp" ]; then
        return 1
    fi
    service_stop "$name"
    service_start "$name" "$@"
    echo "$stamp" >"$var/run/$name.stamp"
}

# service_wait NAME SECONDS COMMAND...: until COMMAND succeeds; fails with the
# end of the log when the service ends or the time passes.
service_wait() {
    local name=$1 seconds=$2 i
    shift 2
    for ((i = 0; i < seconds * 20; i++)); do
        if "$@"; then return 0; fi
        service_runs "$name" || break
        sleep 0.05
    done
    fail_with_log "$name does not start" "$var/log/$name.log"
}

fail_with_log() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    if [ -s "$2" ]; then
        printf '  the end of %s:\n' "$2" >&2
        tail -n 15 "$2" | sed 's/^/    /' >&2
    fi
    exit 1
}

# quietly LOG WHAT COMMAND...: output into LOG; shown when it fails.
quietly() {
    local log=$1 what=$2
    shift 2
    "$@" >"$log" 2>&1 </dev/null || fail_with_log "$what failed" "$log"
}

# Hands files that root made to the instance's user.
own() {
    if is_root; then chown -h "$("$root/scripts/run-as" --user):" "$@"; fi
}

# A fingerprint of texts and files: content for small ones given by name.
fingerprint() {
    sha256sum | cut -c1-32
}
