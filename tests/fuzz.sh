#!/bin/sh
# fuzz.sh [FROM TO]: random models FROM..TO (1..40), each compiled plain and
# with --unroll=none, auto and full by clang and gcc, must agree. The first is
# the plain text by clang; the tolerance stands below. Most are compiled
# without optimisation, which is quicker and computes the same.
. tests/lib.sh
fresh fuzz
TOLERANCE=2e-5
from=${1:-1} to=${2:-40}
cc -std=c11 -O1 -o "$OUT/gen" tests/gen/gen.c || exit 2

# What a text exports is made local, but for its table, so that all fit into
# one program.
#
# variant MODEL NAME COMPILER LEVEL FLAG...: text, and the command for the
# object.
variant() {
    m=$1 c=$OUT/$1_$2.c cc=$3 name=$2 level=$4
    shift 4
    "$NNC" compile "$OUT/$m.nn" "$@" -o "$c" >"$c.log" 2>&1 || return
    echo "$cc -std=gnu11 $level $SANITIZE $(processor_flags "$c")" \
        "-D${m}_model=${m}_${name}_model -c -o ${c%.c}.o $c" \
        ">>$c.log 2>&1 && objcopy -G ${m}_${name}_model ${c%.c}.o ||" \
        "echo 'not ok $m: $cc refuses the text $name'" >>"$OUT/commands"
    rows="$rows $m/$name=${m}_$name"
}

# all MODEL: every variant, or one failed test.
all() {
    variant "$1" plain clang -O0 --plain &&
        variant "$1" none clang -O0 --unroll=none &&
        variant "$1" auto clang -O1 &&
        variant "$1" full clang -O0 --unroll=full &&
        variant "$1" plain_gcc gcc -O0 --plain &&
        variant "$1" none_gcc gcc -O0 --unroll=none &&
        variant "$1" auto_gcc gcc -O0
}

rows=
for seed in $(seq "$from" "$to"); do
    m=random_$seed before=$rows
    "$OUT/gen" "$seed" >"$OUT/$m.nn"
    if ! all "$m"; then
        not_ok "$m" "does not compile: $(cat "$OUT/$m"_*.log | head -n 1)"
        rows=$before
        sed -i "/${m}_/d" "$OUT/commands"
    fi
done
tr '\n' '\0' <"$OUT/commands" | xargs -0 -P "$(nproc)" -n 1 sh -c
# shellcheck disable=SC2086
table $rows >"$OUT/table.c"
objects=$(for row in $rows; do echo "$OUT/${row#*=}.o"; done)
# shellcheck disable=SC2086
driver fuzz agree "" "$OUT/table.c" $objects -- $TOLERANCE
