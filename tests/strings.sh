#!/bin/sh
# strings.sh [FROM TO]: models FROM..TO (1..2) with random bytes in all their
# strings: what the programs hold is what the texts and flags said, no
# compiler finds anything odd in them, and nothing of it runs.
. tests/lib.sh
fresh strings
XDG_CACHE_HOME=$OUT/cache
export XDG_CACHE_HOME
from=${1:-1} to=${2:-2}
cc -std=c11 -O1 -o "$OUT/strings" tests/strings.c || exit 2

# bytes FILE: all of them, also newlines at its end.
bytes() {
    all=$(cat "$1" && printf x)
    printf %s "${all%x}x"
}

# try SEED: in a folder of its own.
try() {
    dir=$OUT/$1 value=
    mkdir "$dir" && "$OUT/strings" "$1" "$dir" || exit 2
    value=$(bytes "$dir/value")
    "$NNC" build --plain --infer-only -D "path=${value%x}" "$dir/net.nn" \
        -o "$dir" >"$dir/log" 2>&1
    verdict "text $1 becomes a program" "$(head -n 3 "$dir/log" | tr '\n' ' ')"
    for trigraphs in -trigraphs ""; do
        # shellcheck disable=SC2086
        $GCC -std=gnu11 $trigraphs -O0 $WARN -Wtrigraphs -Wno-unused \
            -Iruntime -I"$dir" -DPROGRAM="\"$dir/net-infer.c\"" \
            -o "$dir/check" tests/strings_check.c -lm >"$dir/log" 2>&1 &&
            "$dir/check" >"$dir/log" 2>&1
        verdict "text $1: its strings${trigraphs:+ where trigraphs count}" \
            "$(head -n 3 "$dir/log" | tr '\n' ' ')"
    done
}

for seed in $(seq "$from" "$to"); do
    try "$seed"
done
