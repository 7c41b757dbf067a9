#!/bin/bash
# What alert rules cost: the replay of one over a million bars, and one more bar
# for ten thousand.
set -euo pipefail
cd "$(dirname "$0")/.."
build/bench/alert
