#!/bin/sh
# backend.sh: every model of tests/backend as plain text and in tuned forms
# for this processor, AVX2 and none, each with its own way of unrolling, by
# clang and gcc: their outputs, losses and gradients must agree. The plain text
# comes first. Parts of kernels run in any order and on any threads give the
# same bits.
#
#     MODELS="stacked ones" sh tests/backend.sh    only these
. tests/lib.sh
. tests/variants.sh
fresh backend
TOLERANCE=2e-6 # agree.c says of what

# all MODEL FILE: every variant.
all() {
    variant "$1" "$2" plain clang -O0 --plain &&
        variant "$1" "$2" auto clang -O0 &&
        full "$1" "$2" gcc &&
        variant "$1" "$2" half clang -O0 --target=avx2 --unroll=none &&
        variant "$1" "$2" generic clang -O0 --target=generic --unroll=40
}

rows=
for f in tests/backend/*.nn; do
    for m in $(models "$f"); do
        case " ${MODELS:-$m} " in
        *" $m "*) ;;
        *) continue ;;
        esac
        variants "$m" "$f"
    done
done
agree backend $TOLERANCE
# shellcheck disable=SC2086
driver threads threads -pthread "$OUT/table.c" runtime/nn_thread.c $objects --
