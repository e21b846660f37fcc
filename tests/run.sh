#!/bin/sh
# run.sh [PROGRAM...]: runs all tests: the unit test programs given, then each
# group of tests/*.sh. Prints a line a group, the tests that failed or were
# skipped, and at the end `N passed, N failed`.
#
#     GROUPS_="golden seeds" sh tests/run.sh    only these groups
#     LIGHT=1 sh tests/run.sh                  without those that take long
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
export B
LC_ALL=C
export LC_ALL
passed=0 failed=0 skipped=0
mkdir -p "$B/tests"

count() {
    grep -c "^$1 " "$2"
}

# group NAME COMMAND...: a command that fails without naming a test counts as
# one failure.
group() {
    name=$1 log=$B/tests/$1.log
    shift
    before=$(date +%s)
    "$@" >"$log" 2>&1
    status=$?
    p=$(count ok "$log") f=$(count 'not ok' "$log") s=$(count skip "$log")
    if [ "$status" -gt 1 ] || [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
        echo "not ok $name: ended with $status" >>"$log"
        tail -n 20 "$log"
        f=$((f + 1))
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '  %-10s %4d passed, %d failed, %d skipped (%d s)\n' "$name" "$p" \
        "$f" "$s" $(($(date +%s) - before))
    grep '^not ok \|^skip ' "$log" | cut -c 1-300
    [ "$f" -eq 0 ] || echo "  all of it: $log"
}

all="language mutate strings golden judge seeds tensors cells gradcheck generated errors bounds memory broken tables driver same train text docs lint"
[ -n "${LIGHT:-}" ] || all="$all targets examples backend fuzz valgrind growth"
[ $# -eq 0 ] || group unit sh tests/unit.sh "$@"
for g in ${GROUPS_:-$all}; do
    group "$g" sh "tests/$g.sh"
done
[ "$skipped" -eq 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
