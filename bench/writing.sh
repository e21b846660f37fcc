#!/bin/sh
# writing.sh: text written letter by letter, beside PyTorch where PYTHON has
# it, on one thread each, alternately, on one processor. CC chooses the
# compiler of ours. Run in the tree's top folder after `make`.
set -e
python=${PYTHON:-python3}
if ! "$python" -c 'import torch' 2>/dev/null; then
    echo "writing: skipped: PYTHON=COMMAND names a Python that has PyTorch"
    exit 0
fi
if ! grep -q avx512vl /proc/cpuinfo; then
    echo "writing: skipped: the model is for AVX-512, this machine has none"
    exit 0
fi
b=${B:-build}
out=$b/bench/writing
mkdir -p "$out"
sh bench/models.sh "$out" writer >"$out/models.txt"
${CC:-clang} -std=gnu11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra \
    -march=x86-64-v4 -mprefer-vector-width=512 -fno-math-errno \
    -Wno-overlength-strings -I"$out" -Iruntime -Ibench bench/writing.c \
    bench/measure.c bench/network.c "$out/writer.c" "$b/libnnrt.a" \
    -lm -pthread -o "$out/writing"
pin=
command -v taskset >/dev/null 2>&1 && pin="taskset -c ${CPU:-0}"
OMP_NUM_THREADS=1 $pin "$python" bench/writing.py "$out/writing"
