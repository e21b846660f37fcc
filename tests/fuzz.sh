#!/bin/sh
# fuzz.sh [FROM TO]: random models FROM..TO (1..24), each compiled plain and
# with --unroll=none, auto and full by clang and gcc, must agree, and compile
# without a warning; every other for a target without vectors, too. Most are
# compiled without optimisation, which takes a fifth of the time and computes
# the same; auto is optimised for every other.
. tests/lib.sh
. tests/variants.sh
fresh fuzz
TOLERANCE=2e-5 # agree.c says of what
from=${1:-1} to=${2:-24}
cc -std=c11 -O1 -o "$OUT/gen" tests/gen/*.c || exit 2

# all MODEL FILE: every variant.
all() {
    variant "$1" "$2" plain clang -O0 --plain &&
        variant "$1" "$2" none clang -O0 --unroll=none &&
        variant "$1" "$2" auto clang -O$((seed % 2)) &&
        full "$1" "$2" clang &&
        variant "$1" "$2" plain_gcc gcc -O0 --plain &&
        if [ $((seed % 2)) -eq 0 ]; then
            variant "$1" "$2" scalar gcc -O0 --target=cortex-m
        else
            variant "$1" "$2" none_gcc gcc -O0 --unroll=none
        fi &&
        variant "$1" "$2" auto_gcc gcc -O0
}

rows=
for seed in $(seq "$from" "$to"); do
    m=random_$seed
    "$OUT/gen" "$seed" >"$OUT/$m.nn"
    variants "$m" "$OUT/$m.nn"
done
agree fuzz $TOLERANCE -DRANDOM_WEIGHTS
