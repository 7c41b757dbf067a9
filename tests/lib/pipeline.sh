# A database of its own, a simulator and settings for bin/quotemill, for shell
# tests of the whole pipeline. Needs the cluster that QM_TEST_DB_HOST names
# (scripts/test-db); starts one when there is none.
#
#   . tests/lib/tap.sh
#   . tests/lib/pipeline.sh
#   pipeline_start [DATA]     sets work (a folder); QM_NOW may be exported
#   run NAME OPTIONS...       quotemill run --json OPTIONS into $work/NAME.json;
#                             its log into $work/NAME.log; sets status
#   sql QUERY                 as the owner; columns divided by |
#   pipeline_stop             also called when the script ends
# shellcheck source=tests/lib/sim.sh
. tests/lib/sim.sh

work=
pipeline_db=
pipeline_cluster=

pipeline_start() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/quotemill-pipeline.XXXXXX")
    if [ -z "${QM_TEST_DB_HOST-}" ]; then
        eval "$(scripts/test-db start)"
        pipeline_cluster=1
    fi
    trap pipeline_stop EXIT
    sim_free_port || bail "no free port"
    sim_start "${1-}" || bail "no simulator"
    pipeline_db=qm_e2e_$$
    createdb -h "$QM_TEST_DB_HOST" -U postgres -T qm_template $pipeline_db ||
        bail "no database"
    export QM_VAR=$work
    export QM_DB_WORKER="host=$QM_TEST_DB_HOST dbname=$pipeline_db user=quotemill_worker"
    export QM_DB_CONSOLE="host=$QM_TEST_DB_HOST dbname=$pipeline_db user=quotemill_console"
    export QM_ARCHIVE_DIR=$work/archive
    export QM_SIMULATOR_URL=http://127.0.0.1:$sim_port/sim
    export QM_EIA_KEY=test QM_FRED_KEY=test
    mkdir "$work/archive"
}

pipeline_stop() {
    sim_stop
    [ -z "$pipeline_db" ] ||
        dropdb -h "$QM_TEST_DB_HOST" -U postgres --force "$pipeline_db"
    [ -z "$pipeline_cluster" ] || scripts/test-db stop
    [ -z "$work" ] || rm -rf "$work"
    pipeline_db='' pipeline_cluster='' work=''
}

run() {
    local name=$1
    shift
    status=0
    "${QM_BIN:-bin}/quotemill" run --json "$@" \
        > "$work/$name.json" 2> "$work/$name.log" || status=$?
}

sql() {
    psql -XAtq -h "$QM_TEST_DB_HOST" -U postgres -d "$pipeline_db" -c "$1"
}
