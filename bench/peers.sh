#!/bin/sh
# peers.sh: what nnc writes beside what Python offers for the same networks:
# those of PyTorch, JAX, TensorFlow, LiteRT, ONNX Runtime and OpenVINO that are
# there. PYTHON names the interpreter; CC chooses the compiler of ours. One
# thread each, alternately, on one processor. Run in the tree's top folder
# after `make`.
set -e
python=${PYTHON:-python3}
if ! "$python" -c 'import torch' 2>/dev/null; then
    echo "peers: skipped: PYTHON=COMMAND names a Python that has PyTorch"
    exit 0
fi
if ! grep -q avx512vl /proc/cpuinfo; then
    echo "peers: skipped: the models are for AVX-512, this machine has none"
    exit 0
fi
cc=${CC:-clang}
b=${B:-build}
out=$b/bench/peers
mkdir -p "$out"
models="bilstm bigru textcnn writer"
# shellcheck disable=SC2086
sh bench/models.sh "$out" $models >"$out/models.txt"
flags="-std=gnu11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra
       -march=x86-64-v4 -mprefer-vector-width=512 -fno-math-errno
       -Wno-overlength-strings -I$out -Iruntime -Ibench"
objects=
for model in $models; do
    # shellcheck disable=SC2086
    $cc $flags -c "$out/$model.c" -o "$out/$model.o"
    objects="$objects $out/$model.o"
done
# shellcheck disable=SC2086
$cc $flags bench/ours.c bench/measure.c bench/network.c $objects \
    "$b/libnnrt.a" -lm -pthread -o "$out/ours"
pin=
command -v taskset >/dev/null 2>&1 && pin="taskset -c ${CPU:-0}"
OMP_NUM_THREADS=1 TF_CPP_MIN_LOG_LEVEL=3 \
    XLA_FLAGS="--xla_cpu_multi_thread_eigen=false" \
    $pin "$python" -W ignore bench/peers/main.py "$out/ours" "$@" 2>"$out/log" ||
    {
        tail -n 20 "$out/log" >&2
        exit 1
    }
