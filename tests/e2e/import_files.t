#!/bin/bash
# Files of prices as vendors wrote them, imported: what is stored is what
# Python's csv, json and gzip modules read, less the rows that no bar can be.
. "$(dirname "$0")/../lib/tap.sh"
. tests/lib/pipeline.sh
data=../shared/data
[ -d "$data/csv_formats" ] || skip_all "there is no $data"
pipeline_start
/usr/bin/python3 tests/lib/file_reference.py "$data" "${QM_BIN:-bin}/quotemill" import
exit
