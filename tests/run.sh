#!/bin/sh
# run.sh [PROGRAM...]: runs all tests: the unit test programs given and each
# group of tests/*.sh, as many side by side as there are processors. Prints a
# line a group, the tests that failed or were skipped, and at the end `N
# passed, N failed`.
#
#     GROUPS_="golden seeds" sh tests/run.sh    only these groups
#     LIGHT=1 sh tests/run.sh                  without those that take long
#     JOBS=1 sh tests/run.sh                   one group after the other
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
LC_ALL=C
UNITS="$*"
export B LC_ALL UNITS
mkdir -p "$B/tests"

# Those that take longest come first, so that no processor is left idle.
light="golden export verify bench text steps tables judge cells generated bounds train weights
    seeds session page commands driver gradcheck docs mutate strings memory broken same
    tensors language errors"
long="backend fuzz examples targets cross growth valgrind lint"
groups="$([ $# -eq 0 ] || echo unit)
    ${GROUPS_:-$([ -n "${LIGHT:-}" ] || echo "$long") $light}"
for g in $groups; do
    rm -f "$B/tests/$g.count"
    echo "$g"
done | xargs -P "${JOBS:-$(nproc)}" -n 1 sh tests/group.sh

for g in $groups; do
    cat "$B/tests/$g.count" || echo 0 1 0
done | awk '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        if (skipped)
            print skipped " skipped"
        print passed + 0 " passed, " failed + 0 " failed"
        exit failed > 0
    }'
