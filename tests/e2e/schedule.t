#!/bin/bash
# Schedules by `quotemill tick`: due times in their zone, missed runs, two ticks
# at once.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/pipeline.sh

export QM_NOW=2024-03-08T12:00:00Z
pipeline_start
quotemill=${QM_BIN:-bin}/quotemill
sql "UPDATE schedule SET instruments = (SELECT array_agg(id) FROM instrument WHERE symbol = 'MSTR'),
            steps = '{fetch,process}'"
runs() { sql "SELECT count(*) FROM run WHERE state = 'succeeded'"; }
tick() { QM_NOW=$1 "$quotemill" tick 2> "$work/tick.log"; }

tick 2024-03-08T12:00:00Z
is 'the first tick only computes the due time' \
    "$(runs) $(sql "SELECT next_due AT TIME ZONE 'UTC' FROM schedule")" '0 2024-03-09 03:30:00'
tick 2024-03-09T03:29:59Z
is 'a second before nothing runs' "$(runs)" 0
tick 2024-03-09T03:30:05Z
is 'then it runs by itself' "$(sql 'SELECT state, trigger, requested_by, lane FROM run')" \
    'succeeded|timer|schedule nightly|1'
ok 'and stores bars' test "$(sql 'SELECT count(*) FROM bar')" -gt 250
is 'New York goes over to summer time: still 22:30 there' \
    "$(sql "SELECT next_due AT TIME ZONE 'UTC' FROM schedule")" '2024-03-10 03:30:00'
tick 2024-03-10T03:31:00Z
is 'the day after the change it is an hour earlier in UTC' \
    "$(runs) $(sql "SELECT next_due AT TIME ZONE 'UTC' FROM schedule")" '2 2024-03-11 02:30:00'

tick 2024-03-18T12:00:00Z
is 'after an outage of a week it runs once' "$(runs)" 3
is 'for the newest time that was missed' "$(sql "SELECT max(due_at) AT TIME ZONE 'UTC' FROM run")" \
    '2024-03-18 02:30:00'

for _ in 1 2 3 4; do
    QM_NOW=2024-03-19T02:31:00Z "$quotemill" tick 2>> "$work/four.log" &
done
wait $(jobs -p | tail -n 4)
for _ in $(seq 100); do
    [ "$(sql "SELECT count(*) FROM run WHERE state IN ('queued', 'running')")" = 0 ] && break
    sleep 0.1
done
is 'four ticks at once run it once' "$(runs) $(sql 'SELECT max(attempt) FROM run')" '4 1'

QM_NOW=2024-03-20T02:29:58Z "$quotemill" work 2> "$work/work.log" &
pid=$!
sleep 1
kill -TERM "$pid"
wait "$pid"
is 'work computes due times by the data clock too' "$(runs)" 4
done_testing
