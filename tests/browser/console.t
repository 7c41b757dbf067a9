#!/bin/bash
# The console in a real browser (console.test.mjs), as TAP for prove.
cd "$(dirname "$0")" || exit 1
[ -d node_modules/playwright-core ] || { echo "1..0 # SKIP tests/browser has no node_modules: npm ci"; exit 0; }
[ -x "${QM_CHROMIUM:-/usr/bin/chromium}" ] || { echo "1..0 # SKIP there is no chromium"; exit 0; }
unset QM_VAR PORT
exec node --test --test-reporter=./lib/tap.mjs console.test.mjs
