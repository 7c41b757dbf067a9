#!/bin/bash
# All indicators over a million bars against a plain loop that only writes as
# many columns; the time of one new bar.
#
#   bench/indicators.sh [BARS [ROUNDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
build/bench/indicators "$@"
