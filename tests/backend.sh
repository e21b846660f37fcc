#!/bin/sh
# backend.sh: every model of tests/backend as plain text and in tuned forms
# for each target, each with its own way of unrolling, by clang and gcc: their
# outputs, losses and gradients must agree. The plain text comes first. Parts
# of kernels run in any order and on any threads give the same bits.
#
#     MODELS="stacked ones" sh tests/backend.sh    only these
. tests/lib.sh
fresh backend
TOLERANCE=2e-6 # of outputs; ten times that of gradients

# variant MODEL FILE NAME COMPILER FLAG...: the text, and the command that
# makes its object.
variant() {
    m=$1 file=$2 name=$3 cc=$4 c=$OUT/$1_$3.c
    shift 4
    "$NNC" compile --model "$m" "$file" "$@" -o "$c" >"$c.log" 2>&1 || return
    echo "$cc -std=gnu11 -O0 $SANITIZE $(processor_flags "$c")" \
        "-D${m}_model=${m}_${name}_model -c -o ${c%.c}.o $c" \
        ">>$c.log 2>&1 && objcopy -G ${m}_${name}_model ${c%.c}.o ||" \
        "echo 'not ok $m: $cc refuses the text $name'" >>"$OUT/commands"
    rows="$rows $m/$name=${m}_$name"
}

# all MODEL FILE: every variant.
all() {
    variant "$1" "$2" plain clang --plain &&
        variant "$1" "$2" auto clang &&
        variant "$1" "$2" full gcc --target=avx512 --unroll=full &&
        variant "$1" "$2" half clang --target=avx2 --unroll=none &&
        variant "$1" "$2" generic clang --target=generic --unroll=40
}

rows=
for f in tests/backend/*.nn; do
    for m in $(models "$f"); do
        case " ${MODELS:-$m} " in
        *" $m "*) ;;
        *) continue ;;
        esac
        before=$rows
        if ! all "$m" "$f"; then
            not_ok "$m" "$name: $(head -n 1 "$c.log")"
            rows=$before
            sed -i "/-D${m}_model/d" "$OUT/commands"
        fi
    done
done
tr '\n' '\0' <"$OUT/commands" | xargs -0 -P "$(nproc)" -n 1 sh -c
# shellcheck disable=SC2086
table $rows >"$OUT/table.c"
objects=$(for row in $rows; do echo "$OUT/${row#*=}.o"; done)
# shellcheck disable=SC2086
driver backend agree "" "$OUT/table.c" $objects -- $TOLERANCE
# shellcheck disable=SC2086
driver threads threads -pthread "$OUT/table.c" runtime/nn_thread.c $objects --
