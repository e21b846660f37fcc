#!/bin/sh
# compare.sh: what nnc writes beside hand-written prototypes, in one process,
# alternately, the best of many. PROTOTYPES names their folder; CC chooses the
# compiler of both. Run in the tree's top folder after `make`.
set -e
theirs=${PROTOTYPES:-}
if [ ! -f "$theirs/lstm_train.c" ]; then
    echo "compare: skipped: PROTOTYPES=DIR names the folder of prototypes"
    exit 0
fi
if ! grep -q avx512vl /proc/cpuinfo; then
    echo "compare: skipped: the prototypes need AVX-512, this machine has none"
    exit 0
fi
cc=${CC:-clang}
b=${B:-build}
out=$b/bench/compare
cpu="-march=x86-64-v4 -mprefer-vector-width=512"
mkdir -p "$out"

sh bench/models.sh "$out" >"$out/models.txt"

for name in iris lenet lenet_train lstm lstm_train textcnn tcnn_bwd conv; do
    shape=
    [ $name != conv ] || shape="-DC=64 -DH=56 -DW=56 -DMR=14 -DNR=2 -DKU=1
        -DNHWC=0 -DICOUT=0"
    [ $name != textcnn ] || shape=-DTAILPACK=1
    $cc -std=gnu11 -O3 $cpu -DUSEBAR $shape -w -I"$theirs" \
        -c "$theirs/$name.c" -o "$out/their_$name.o"
done

flags="-std=gnu11 -D_POSIX_C_SOURCE=200809L -O2 $cpu -Wall -Wextra
       -Wno-overlength-strings -I$out -Iruntime -Ibench"
for name in compare measure network races_iris races_lenet5 races_lstm \
    races_textcnn races_conv; do
    $cc $flags -c bench/$name.c -o "$out/$name.o"
done
for model in lenet5 lstm textcnn; do
    $cc $flags -c "$out/$model.c" -o "$out/$model.o"
done
$cc "$out"/*.o "$b/libnnrt.a" -lm -pthread -o "$out/compare"
pin=
command -v taskset >/dev/null 2>&1 && pin="taskset -c ${CPU:-0}"
$pin "$out/compare"
