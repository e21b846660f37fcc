#!/bin/sh
# mutate.sh [FROM TO]: texts FROM..TO (1..300) of models with random mistakes.
# Each is laid out and checked and, where nothing is wrong with it after all,
# compiled: that ends well, or with a message and status 1, within a minute.
. tests/lib.sh
fresh mutate
from=${1:-1} to=${2:-300}
cc -std=c11 -O1 -o "$OUT/mutate" tests/mutate.c || exit 2

# run WHAT FLAG...: nnc, which is to accept or refuse.
run() {
    timeout 60 "$NNC" "$@" >"$OUT/out" 2>"$OUT/err"
    status=$?
    [ $status -eq 0 ] || { [ $status -eq 1 ] && [ -s "$OUT/err" ] &&
        ! grep -q 'Sanitizer\|runtime error' "$OUT/err"; } && return
    cp "$OUT/m.nn" "$OUT/$seed.nn"
    not_ok "text $seed: nnc $1" "status $status" "$(head -n 1 "$OUT/err")"
}

compiled=0
for seed in $(seq "$from" "$to"); do
    "$OUT/mutate" "$seed" examples/*/*.nn \
        tests/backend/*.nn tests/golden/*.nn tests/e2e/*.nn tests/lang/*.nn \
        >"$OUT/m.nn"
    cp "$OUT/m.nn" "$OUT/f.nn"
    case $((seed % 4)) in
    0) form=--plain ;;
    1) form=--target=avx2 ;;
    2) form=--target=generic ;;
    3) form=--target=avx512 ;;
    esac
    run fmt "$OUT/f.nn"
    run check "$OUT/m.nn"
    [ $status -eq 0 ] || continue
    run compile $form "$OUT/m.nn" -o "$OUT/m.c"
    compiled=$((compiled + 1))
done
[ $compiled -gt 0 ]
verdict "of $((to - from + 1)) texts with changes $compiled are models" "none is"
