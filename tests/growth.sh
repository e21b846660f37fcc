#!/bin/sh
# growth.sh: what the passes over graphs cost grows with the network, not with
# its square. Twice the layers may take 2.3 times the instructions, which
# callgrind counts: the same on a machine that is busy. The steps of a loop do
# not count.
. tests/lib.sh
fresh growth
if ! command -v valgrind >"$OUT/log" || [ -n "$SANITIZE" ]; then
    skip growth "valgrind is not installed, or sanitizers are in its place"
    exit 0
fi
# shellcheck disable=SC2086
cc ${CFLAGS:-} -std=gnu11 -Icompiler -o "$OUT/growth" tests/growth.c \
    "$B/libnnc.a" -lm -pthread || exit 2
cd "$OUT" || exit 2
MALLOC_PERTURB_=1 # zeroes cost the same in memory that was never used
export MALLOC_PERTURB_

for kind in row loop; do
    for layers in 200 400 800 1600; do
        valgrind --tool=callgrind --combine-dumps=yes \
            --callgrind-out-file=counts ./growth $kind $layers >log 2>&1 ||
            exit 2
        awk -v "of=$kind,$layers" '
            sub(/^desc: Trigger: Client Request: /, "") { pass = $0 }
            /^totals:/ && pass != "" {
                print pass "," of "," $2
                pass = ""
            }' counts
        rm counts
    done
done >counts.csv
awk -F, '{
        pass = $1 " (" $2 ")"
        if (pass in last && $4 > 2.3 * last[pass])
            why[pass] = why[pass] sprintf(" %d layers take %.2f times the" \
                " instructions of half as many.", $3, $4 / last[pass])
        last[pass] = $4
        counted[pass]++
    }
    END {
        for (pass in last)
            if (counted[pass] != 4)
                print "not ok " pass ": not counted four times"
            else if (why[pass])
                print "not ok " pass ":" why[pass]
            else
                print "ok " pass
    }' counts.csv

# instructions COMMAND...: of nnc.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=counts "$NNC" "$@" 2>&1 |
        sed -n 's/.*Collected : //p'
}
for m in both_ways spoken; do
    for steps in 20 2000; do
        instructions compile --plain --infer-only --model $m -D steps=$steps \
            "$TREE/tests/e2e/long.nn" -o long.c
    done | tr '\n' ' ' >steps
    awk '{ exit !($1 > 0 && $2 <= 1.1 * $1) }' steps
    verdict "$m: 2,000 steps take no longer than 20" "$(cat steps)"
done
