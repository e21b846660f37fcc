#!/bin/sh
# group.sh NAME: one group of tests for run.sh: tests/NAME.sh with $B and, for
# the unit tests, the programs in $UNITS. Its output goes to a log; said are,
# all at once, a line of how many passed, and the tests that failed or were
# skipped. NAME.count gets the three numbers.
name=$1 log=$B/tests/$1.log

count() {
    grep -c "^$1 " "$log"
}

before=$(date +%s)
# shellcheck disable=SC2086
sh "tests/$name.sh" $([ "$name" != unit ] || echo $UNITS) >"$log" 2>&1
status=$?
took=$(($(date +%s) - before))
# A command that fails without naming a test counts as one failure.
if [ "$status" -gt 1 ] || [ "$status" -ne 0 ] && [ "$(count 'not ok')" -eq 0 ]
then
    last=$(tail -n 20 "$log")
    echo "not ok $name: ended with $status" >>"$log"
fi
echo "$(count ok) $(count 'not ok') $(count skip)" >"$B/tests/$name.count"
{
    [ -z "${last:-}" ] || echo "$last"
    awk -v name="$name" -v took="$took" '{
        printf "  %-10s %4d passed, %d failed, %d skipped (%d s)\n",
            name, $1, $2, $3, took }' "$B/tests/$name.count"
    grep '^not ok \|^skip ' "$log" | cut -c 1-300
    [ "$(count 'not ok')" -eq 0 ] || echo "  all of it: $log"
} >"$B/tests/$name.said"
cat "$B/tests/$name.said"
