#!/bin/sh
# targets.sh: kernels of every kind for AVX2 and for cortex-m, which has no
# vectors, as loops and written out, against the numbers of PyTorch; masks of
# dropout in all forms. Parts of kernels run in any order and on any threads
# give the same bits.
. tests/lib.sh
. tests/variants.sh

# of FILE MODEL...: all variants of these models.
of() {
    f=$1
    shift
    for m; do
        variants "$m" "$f"
    done
}

# Each model has kernels that others lack; `kinds` sees that none is missing.
fresh targets
rows=
all() {
    for target in avx2 cortex-m; do
        way=$(echo $target | tr - _)
        variant "$1" "$2" "${way}_loops" clang -O0 --target=$target \
            --unroll=none &&
            variant "$1" "$2" "$way" gcc -O0 --target=$target || return
    done
    variant "$1" "$2" generic gcc -O0 --target=generic
}
of tests/golden/layers.nn conv_stride maxpool_overlap joined normed_time \
    batchnorm_image
of tests/golden/maths.nn products spread wide
of tests/golden/cells.nn lstm_last both_ways
of tests/golden/optimisers.nn small_l2 many_adam
of tests/golden/tokens.nn embedded hot_lstm
of tests/golden/lengths.nn lengths_both lengths_weighed
collected
# shellcheck disable=SC2086
driver targets golden "" "$OUT/table.c" $objects -- tests/golden 1e-5
# shellcheck disable=SC2086
driver threads threads -pthread "$OUT/table.c" runtime/nn_thread.c $objects --

for m in $rows; do
    m=${m%%/*}
    "$NNC" compile --model "$m" "$(grep -l "^model $m " tests/golden/*.nn)" \
        --unroll=none --target=avx2 --dump=memplan
    "$NNC" compile --model "$m" "$(grep -l "^model $m " tests/golden/*.nn)" \
        --target=avx2 --dump=memplan
done | sed -n 's/^ *kernel \([a-z ]*\):.*/\1/p' | sort -u >"$OUT/kinds"
grep -o '\[KERNEL_[A-Z_]*\] = "[a-z ]*"' compiler/ir/plan.c |
    cut -d '"' -f 2 | sort | diff - "$OUT/kinds" >"$OUT/missing"
verdict "there are kernels of every kind" "$(tr '\n' ' ' <"$OUT/missing")"

rows=
rm "$OUT/commands"
all() {
    variant "$1" "$2" text clang -O1 --plain &&
        variant "$1" "$2" auto gcc -O1 &&
        variant "$1" "$2" avx2 clang -O1 --target=avx2 &&
        variant "$1" "$2" generic gcc -O1 --target=generic &&
        variant "$1" "$2" scalar clang -O1 --target=cortex-m
}
of tests/e2e/dropped.nn dropped
collected
# shellcheck disable=SC2086
driver masks dropout "" "$OUT/table.c" $objects --
# shellcheck disable=SC2086
driver mask-threads threads -pthread "$OUT/table.c" runtime/nn_thread.c \
    $objects --
