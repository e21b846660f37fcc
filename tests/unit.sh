#!/bin/sh
# unit.sh: runs the unit test programs given as arguments, in the tree's top
# folder. One line a program; the whole output of those that fail. A program
# that takes longer than ten minutes hangs.
failed=0
for program; do
    if timeout 600 "$program" >"$program.log" 2>&1; then
        echo "ok $program"
    else
        cat "$program.log"
        echo "not ok $program: see above"
        failed=$((failed + 1))
    fi
done
[ "$failed" -eq 0 ]
