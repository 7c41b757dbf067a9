#!/bin/bash
# Files of prices as vendors wrote them: each is known or mapped without help,
# or with the one question that it leaves open, and its rows are those that
# Python's csv, json and gzip modules read.
. "$(dirname "$0")/../lib/tap.sh"
data=../shared/data
[ -d "$data/csv_formats" ] || skip_all "there is no $data"
exec /usr/bin/python3 tests/lib/file_reference.py "$data" "${QM_BIN:-bin}/quotemill" parse
