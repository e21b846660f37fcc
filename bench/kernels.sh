#!/bin/sh
# kernels.sh: times what nnc writes for each model of kernels.nn beside the
# machine's limits. KERNELS="pool_1 row_3" takes only these; CC chooses the
# compiler. Run in the tree's top folder after `make`.
set -e
cc=${CC:-clang}
b=${B:-build}
out=$b/bench/kernels
mkdir -p "$out"
names=${KERNELS:-$(sed -n 's/^model \([a-z0-9_]*\).*/\1/p' bench/kernels.nn)}
flags="-std=gnu11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -Iruntime -Ibench"
cpu=
if grep -q avx512vl /proc/cpuinfo; then
    cpu="-march=x86-64-v4 -mprefer-vector-width=512"
elif grep -q avx2 /proc/cpuinfo; then
    cpu="-march=x86-64-v3"
fi
table=$out/table.c
echo '#include "kernels.h"' >"$table"
objects=
for name in $names; do
    "$b/nnc" compile --model "$name" --infer-only --batch 32 bench/kernels.nn \
        -o "$out/$name.c" >/dev/null
    # shellcheck disable=SC2086
    $cc $flags $cpu -c "$out/$name.c" -o "$out/$name.o"
    objects="$objects $out/$name.o"
    echo "extern const nn_model ${name}_model;" >>"$table"
done
echo 'const Kernel kernel_table[] = {' >>"$table"
for name in $names; do
    sed -n "s/^model $name { input \(.*\); output \(.*\); }/    {\"\1: \2\",/p" \
        bench/kernels.nn >>"$table"
    echo "     &${name}_model}," >>"$table"
done
echo '    {0, 0}};' >>"$table"
# shellcheck disable=SC2086
$cc $flags $cpu bench/kernels.c bench/measure.c bench/network.c "$table" \
    $objects "$b/libnnrt.a" -lm -pthread -o "$out/kernels"
pin=
command -v taskset >/dev/null 2>&1 && pin="taskset -c ${CPU:-0}"
$pin "$out/kernels"
