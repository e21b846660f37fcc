#!/bin/sh
# unit.sh: runs the unit test programs given as arguments, in the tree's top
# folder. One line a program; the whole output of those that fail.
failed=0
for program; do
    if "$program" >"$program.log" 2>&1; then
        echo "  PASS  $program"
    else
        cat "$program.log"
        echo "  FAIL  $program"
        failed=$((failed + 1))
    fi
done
[ "$failed" -eq 0 ] || echo "$failed of $# unit test programs failed" >&2
[ "$failed" -eq 0 ]
