#!/bin/bash
# The source itself: includes, headers that stand alone, format, templates,
# documents, scripts.
. "$(dirname "$0")/../lib/tap.sh"

mapfile -t headers < <(find lib core worker cgi simulator tests -name '*.h' | sort)
mapfile -t sources < <(find lib core worker cgi simulator tests bench \
    \( -name '*.[ch]' -o -name '*.cc' \) 2>/dev/null | sort)
mapfile -t scripts < <(grep -lE '^#!/bin/(ba)?sh' -r scripts tests .ci bench 2>/dev/null |
    grep -v node_modules | sort)

each_header_alone() {
    local header bad=0
    for header in "${headers[@]}"; do
        echo "#include \"$header\"" |
            gcc -std=c11 -D_GNU_SOURCE -I. -Ibuild $(pkg-config --cflags libpq) \
                -Wall -Wextra -Werror \
                -Wno-unused-function -fsyntax-only -x c - || bad=1
    done
    return $bad
}

each_file_short() {
    awk 'FNR == 601 { print FILENAME ": more than 600 lines"; bad = 1 }
         END { exit bad }' "${sources[@]}"
}

# cmocka's skip() says "not ok ... # SKIP", which prove counts as failed.
no_test_fails_by_skipping() {
    ! grep -n '\bskip();' tests/unit/*.c tests/lib/*.[ch]
}

each_script_parses() {
    local script bad=0
    for script in "${scripts[@]}"; do
        bash -n "$script" || bad=1
    done
    return $bad
}

# It would cost each of its processes 2.4 MiB, and the console fits nothing.
no_algebra_in_the_console() {
    [ ! -x bin/quotemill.fcgi ] || ! ldd bin/quotemill.fcgi | grep -E 'blas|lapack'
}

make -s build/sql.def >/dev/null || bail "make build/sql.def fails"
ok "folders include only what they may" scripts/check-includes
ok "every header stands alone (${#headers[@]})" each_header_alone
ok "no file is longer than 600 lines" each_file_short
ok "no test fails by skipping" no_test_fails_by_skipping
ok "templates and handlers use the same names" scripts/check-templates
ok "documents agree with the code" scripts/check-docs
ok "clang-format has nothing to change" clang-format --dry-run -Werror "${sources[@]}"
ok "the console is linked without linear algebra" no_algebra_in_the_console
ok "every script parses (${#scripts[@]})" each_script_parses
done_testing
