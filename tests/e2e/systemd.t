#!/bin/bash
# An installed quotemill under systemd: installs into a Debian tree, boots it
# in a container, sees the timer fire a run by itself and a trigger from the
# console start one within a second (tests/e2e/systemd/boot-test).
#
# The tree is made once, below /var/tmp (QM_BOOT_TREE); the test changes an
# overlay of it, in memory.
. "$(dirname "$0")/../lib/tap.sh"
base=${QM_BOOT_TREE:-/var/tmp/quotemill-boot}
packages=systemd,systemd-sysv,dbus,libpam-systemd,procps,curl,ca-certificates,postgresql-15,sqitch,libdbd-pg-perl,nginx,libnginx-mod-nchan,libfcgi0ldbl,libctemplate3,libpq5,libcurl4,libsodium23,libzstd1,zlib1g,liboath0,libsimdjson14,liblapacke,libopenblas0-pthread,tzdata

[ "$(id -u)" -eq 0 ] || skip_all "booting a container needs root"
for tool in systemd-nspawn debootstrap; do
    command -v $tool >/dev/null || skip_all "there is no $tool"
done
[ "$(systemd-detect-virt --container)" != systemd-nspawn ] ||
    skip_all "this is a systemd-nspawn container; it cannot boot another"

make_tree() {
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Codename: bookworm' | head -n 1)
    rm -rf "$base"
    debootstrap --variant=minbase --include="$packages" bookworm "$base" \
        "${mirror:-http://deb.debian.org/debian/}" >"$base.log" 2>&1 || {
        tail -n 20 "$base.log" >&2
        return 1
    }
    rm -rf "$base"/var/cache/apt/archives/*.deb
    echo "$packages" >"$base/.ready"
}

exec 8>"$base.lock"
flock 8
[ "$(cat "$base/.ready" 2>/dev/null)" = "$packages" ] ||
    make_tree || skip_all "the Debian tree could not be made (see $base.log)"

work=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-boot.XXXXXX")
finish() {
    umount -R "$work" 2>/dev/null
    rmdir "$work"
}
trap finish EXIT
trap 'exit 1' TERM INT
mount -t tmpfs -o mode=755 tmpfs "$work" && mkdir "$work"/{upper,work,tree} &&
    mount -t overlay -o "lowerdir=$base,upperdir=$work/upper,workdir=$work/work" \
        overlay "$work/tree" || skip_all "no overlay file system here"
tree=$work/tree

contained() {
    timeout -k 10 "$1" systemd-nspawn --quiet --register=no --keep-unit \
        --private-network --directory="$tree" "${@:2}" </dev/null
}
contained 60 true 2>"$work/err" ||
    skip_all "systemd-nspawn does not work here: $(tail -n 1 "$work/err")"

ok "make install" make -s install DESTDIR="$tree"
mkdir -p "$tree/root/tests/e2e"
cp -R tests/lib "$tree/root/tests/"
cp -R tests/e2e/systemd "$tree/root/tests/e2e/"
cp tests/e2e/systemd/*.s{ervice,ocket} "$tree/etc/systemd/system/"
cp tests/e2e/systemd/sim-site.conf "$tree/etc/nginx/conf.d/sim.conf"
ok "systemd finds nothing wrong with the units" contained 60 \
    systemd-analyze verify --man=no /usr/lib/systemd/system/quotemill-tick.timer \
    /usr/lib/systemd/system/quotemill-work.socket \
    /usr/lib/systemd/system/quotemill-alerts.service \
    /usr/lib/systemd/system/quotemill-web.socket \
    /usr/lib/systemd/system/quotemill-web@1.service \
    /usr/lib/systemd/system/quotemill-bulk.socket \
    /usr/lib/systemd/system/quotemill-bulk@1.service
ok "an operator's steps after the installation" contained 120 /root/tests/e2e/systemd/prepare
contained ${QM_BOOT_S:-420} --boot >"$work/console" 2>&1
if [ -s "$tree/root/boot.tap" ]; then
    # its lines, numbered on from ours
    while read -r line; do
        case $line in
        "ok "*) pass "${line#ok * - }" ;;
        "not ok "*) fail "${line#not ok * - }" ;;
        esac
    done <"$tree/root/boot.tap"
    sed '/^#/!s/^/# /' "$tree/root/boot.err" >&2
    like "the test inside came to its end" "$(tail -n 1 "$tree/root/boot.tap")" '^1\.\.[0-9]+$'
else
    fail "the tree boots" "$(tail -n 40 "$work/console")"
fi
done_testing
